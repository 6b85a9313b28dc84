// What came of a model, level by level. Only the rows that can be seen are in the document, so that
// a hundred thousand feel like ten.
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from "@tanstack/virtual-core";
import { html, nothing, render } from "lit";
import { full } from "./format";

interface Item {
  id: string;
  state: string;
  relation: string;
  downloads: number | null;
  children: number;
}
interface Answer {
  total: number;
  items: Item[];
  next: string | null;
}

class Branch {
  items: Twig[] = [];
  total = 0;
  next: string | null = null;
  loading: Promise<void> | null = null;
  failed = false;
  loaded = false;
  constructor(readonly depth: number, readonly address: string) {}
}
class Twig {
  branch: Branch | null = null;
  open = false;
  constructor(readonly item: Item, readonly parent: Branch, readonly place: number) {}
}
/** A row that can be seen: a model, or one that is still to be fetched. */
type Row = { twig: Twig; branch: Branch; place: number } | { twig: null; branch: Branch; place: number };

const ROW = 36;
/** On a phone a row has the name on two lines, and the rest below. */
const PHONE_ROW = 76;
const PHONE = "(max-width: 40rem)";
const PAGE = 1000;
const SHOWN_ROWS = 16;

const segments = (name: string) => name.split("/").map(encodeURIComponent).join("/");

class Tree {
  private rows: Row[] = [];
  private readonly root: Branch;
  private at = 0;
  private readonly scroller: HTMLDivElement;
  private readonly head: HTMLDivElement;
  private readonly inner: HTMLDivElement;
  private readonly virtual: Virtualizer<HTMLDivElement, Element>;
  private scheduled = false;
  private row = matchMedia(PHONE).matches ? PHONE_ROW : ROW;

  constructor(private readonly place: HTMLElement) {
    this.root = new Branch(1, this.childrenOf(place.dataset.api ?? ""));
    this.scroller = document.createElement("div");
    this.scroller.className = "tree-view";
    this.scroller.setAttribute("role", "tree");
    this.scroller.setAttribute("aria-label", place.dataset.title ?? "Descendants");
    this.inner = document.createElement("div");
    this.inner.className = "tree-rows";
    this.inner.setAttribute("role", "presentation");
    this.scroller.append(this.inner);
    this.head = document.createElement("div");
    this.head.className = "tree-head";
    this.head.setAttribute("aria-hidden", "true");
    render(
      html`<span>Model</span><span>Relation</span><span class="tree-count">Downloads, 30 days</span><span class="tree-count">Below</span>`,
      this.head,
    );
    this.virtual = new Virtualizer<HTMLDivElement, Element>({
      count: 0,
      getScrollElement: () => this.scroller,
      estimateSize: () => this.row,
      overscan: 8,
      scrollToFn: elementScroll,
      observeElementRect,
      observeElementOffset,
      onChange: () => this.schedule(),
    });
    this.scroller.addEventListener("keydown", (event) => this.onKey(event));
    this.scroller.addEventListener("click", (event) => this.onClick(event));
    matchMedia(PHONE).addEventListener("change", (media) => {
      this.row = media.matches ? PHONE_ROW : ROW;
      this.flatten();
    });
  }

  async start(): Promise<void> {
    await this.load(this.root);
    if (this.root.failed) return; // what the server drew stays
    this.place.replaceChildren(this.head, this.scroller);
    this.virtual._didMount();
    this.flatten();
  }

  private childrenOf(api: string): string {
    const as_of = this.place.dataset.asOf;
    return `${api}/children?sort=downloads&limit=${PAGE}${as_of ? `&as_of=${encodeURIComponent(as_of)}` : ""}`;
  }

  private load(branch: Branch): Promise<void> {
    branch.loading ??= this.fetchPage(branch).finally(() => {
      branch.loading = null;
    });
    return branch.loading;
  }
  private async fetchPage(branch: Branch): Promise<void> {
    try {
      const answer = await fetch(branch.loaded ? (branch.next ?? "") : branch.address);
      if (!answer.ok) throw new Error(String(answer.status));
      const page = (await answer.json()) as Answer;
      branch.total = page.total;
      branch.next = page.next;
      branch.loaded = true;
      branch.failed = false;
      for (const item of page.items) branch.items.push(new Twig(item, branch, branch.items.length));
    } catch {
      branch.failed = true;
    }
  }

  private flatten(): void {
    const rows: Row[] = [];
    const add = (branch: Branch) => {
      for (const twig of branch.items) {
        rows.push({ twig, branch, place: twig.place });
        if (twig.open && twig.branch) add(twig.branch);
      }
      for (let i = branch.items.length; i < branch.total; ++i) rows.push({ twig: null, branch, place: i });
      if (!branch.loaded && branch.depth > 1) rows.push({ twig: null, branch, place: 0 });
    };
    add(this.root);
    this.rows = rows;
    this.at = Math.min(this.at, Math.max(0, rows.length - 1));
    this.scroller.style.height = `${Math.min(SHOWN_ROWS, Math.max(1, rows.length)) * this.row + 2}px`;
    this.virtual.setOptions({ ...this.virtual.options, count: rows.length });
    this.virtual._willUpdate();
    this.virtual.measure();
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => {
      this.scheduled = false;
      this.draw();
    });
  }

  private draw(): void {
    const seen = this.virtual.getVirtualItems();
    this.inner.style.height = `${this.virtual.getTotalSize()}px`;
    render(
      seen.map((one) => this.rowHtml(this.rows[one.index], one.index)),
      this.inner,
    );
    // By property: a style attribute would break the page's policy.
    [...this.inner.children].forEach((row, i) => {
      (row as HTMLElement).style.transform = `translateY(${seen[i].start}px)`;
    });
    for (const one of seen) {
      const row = this.rows[one.index];
      if (row && !row.twig && !row.branch.failed && !row.branch.loading) {
        void this.load(row.branch).then(() => this.flatten());
        break;
      }
    }
  }

  private rowHtml(row: Row, index: number) {
    const depth = row.branch.depth;
    if (!row.twig) {
      return html`<div class="tree-row soft" role="treeitem" aria-level=${depth} data-index=${index} tabindex="-1">
        <span class="tree-name indent-${Math.min(depth, 12)}">${row.branch.failed ? "could not be fetched" : "…"}</span>
      </div>`;
    }
    const { item, open } = row.twig;
    const more = item.children > 0;
    return html`<div
      class="tree-row"
      role="treeitem"
      aria-level=${depth}
      aria-setsize=${row.branch.total}
      aria-posinset=${row.place + 1}
      aria-expanded=${more ? String(open) : nothing}
      data-index=${index}
      tabindex=${index === this.at ? "0" : "-1"}
    >
      <span class="tree-name indent-${Math.min(depth, 12)}"
        ><span class="twist" aria-hidden="true">${more ? (open ? "▾" : "▸") : ""}</span
        ><a href="/models/${segments(item.id)}" tabindex="-1">${item.id}</a>${item.state === "live" ? nothing : html` <span class="soft">(${item.state})</span>`}</span
      >
      <span class="tree-relation r-${item.relation}">${item.relation}</span>
      <span class="tree-count" title="downloads in 30 days">${full(item.downloads)}</span>
      <span class="tree-count below" title="live models made directly from it">${item.children === 0 ? "" : full(item.children)}</span>
    </div>`;
  }

  private toggle(index: number, open?: boolean): void {
    const row = this.rows[index];
    if (!row?.twig || row.twig.item.children === 0) return;
    const twig = row.twig;
    twig.open = open ?? !twig.open;
    if (twig.open && !twig.branch) {
      const api = `/v1/models/${encodeURIComponent(twig.item.id)}`;
      twig.branch = new Branch(row.branch.depth + 1, this.childrenOf(api));
      void this.load(twig.branch).then(() => this.flatten());
    }
    this.flatten();
  }

  private go(index: number): void {
    this.at = Math.min(this.rows.length - 1, Math.max(0, index));
    this.virtual.scrollToIndex(this.at, { align: "auto" });
    requestAnimationFrame(() => {
      this.draw();
      this.inner.querySelector<HTMLElement>(`[data-index="${this.at}"]`)?.focus({ preventScroll: true });
    });
  }

  private onClick(event: MouseEvent): void {
    if ((event.target as Element).closest("a")) return;
    const row = (event.target as Element).closest<HTMLElement>("[data-index]");
    if (!row) return;
    this.at = Number(row.dataset.index);
    this.toggle(this.at);
    this.go(this.at);
  }

  private onKey(event: KeyboardEvent): void {
    const row = this.rows[this.at];
    const twig = row?.twig ?? null;
    switch (event.key) {
      case "ArrowDown":
        this.go(this.at + 1);
        break;
      case "ArrowUp":
        this.go(this.at - 1);
        break;
      case "PageDown":
        this.go(this.at + SHOWN_ROWS);
        break;
      case "PageUp":
        this.go(this.at - SHOWN_ROWS);
        break;
      case "Home":
        this.go(0);
        break;
      case "End":
        this.go(this.rows.length - 1);
        break;
      case "ArrowRight":
        if (twig && twig.open) this.go(this.at + 1);
        else this.toggle(this.at, true);
        break;
      case "ArrowLeft":
        if (twig?.open) {
          this.toggle(this.at, false);
        } else if (row) {
          const above = this.rows.findIndex((one) => one.twig?.branch === row.branch);
          if (above >= 0) this.go(above);
        }
        break;
      case "Enter":
        if (twig && (event.ctrlKey || event.metaKey || twig.item.children === 0)) {
          location.href = `/models/${segments(twig.item.id)}`;
        } else {
          this.toggle(this.at);
        }
        break;
      case " ":
        this.toggle(this.at);
        break;
      default:
        return;
    }
    event.preventDefault();
  }
}

export function growTrees(root: ParentNode): void {
  for (const place of root.querySelectorAll<HTMLElement>("[data-tree]")) void new Tree(place).start();
}
