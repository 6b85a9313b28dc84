// Charts that can be read value by value and zoomed into, drawn from the table that stands under
// each: what is drawn and what the table says cannot differ. Without scripts the page has the same
// curves as SVG.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { compact, day, full, parseCell } from "./format";

interface Curves {
  times: number[];
  names: string[];
  styles: string[];
  values: (number | null)[][];
  flags: string[];
}

/** Room at the right for the curves' names. */
const NAMES_WIDTH = 110;
const HEIGHT = 320;
const PHONE_HEIGHT = 260;

function read(table: HTMLTableElement): Curves | null {
  const heads = [...table.querySelectorAll<HTMLTableCellElement>("thead th")];
  const curves: Curves = { times: [], names: [], styles: [], values: [], flags: [] };
  for (const head of heads.slice(1, -1)) {
    curves.names.push(head.textContent ?? "");
    curves.styles.push(head.dataset.curve ?? "c9");
    curves.values.push([]);
  }
  // The newest stands first in the table.
  for (const row of [...table.querySelectorAll<HTMLTableRowElement>("tbody tr")].reverse()) {
    const cells = [...row.cells];
    const time = Date.parse(cells[0].dataset.at ?? cells[0].textContent ?? "") / 1000;
    if (!Number.isFinite(time)) return null;
    curves.times.push(time);
    curves.values.forEach((values, i) => values.push(parseCell(cells[i + 1].textContent ?? "")));
    curves.flags.push((cells[cells.length - 1].textContent ?? "").trim());
  }
  return curves.times.length === 0 ? null : curves;
}

/** What lies below each curve, itself included: unknown where one of them is. */
export function stacked(values: (number | null)[][]): (number | null)[][] {
  const sums: (number | null)[][] = [];
  values.forEach((curve, i) => {
    sums.push(curve.map((value, at) => {
      const below = i === 0 ? 0 : sums[i - 1][at];
      if (value === null) return i === 0 ? null : below;
      return (below ?? 0) + value;
    }));
  });
  return sums;
}

/** The colour of a style: of lines and words, or of areas, which may be lighter. */
function colour(style: string, area = false): string {
  const probe = document.createElement("span");
  probe.className = style;
  document.body.append(probe);
  const computed = getComputedStyle(probe);
  const value = (area && computed.getPropertyValue("--f").trim()) || computed.getPropertyValue("--c").trim();
  probe.remove();
  return value || "#767676";
}

function variable(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function download(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function csv(curves: Curves, when: (seconds: number) => string): string {
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  const lines = [["date", ...curves.names, "flags"].map(quoted).join(",")];
  curves.times.forEach((time, i) => {
    lines.push([when(time), ...curves.values.map((v) => (v[i] === null ? "" : String(v[i]))), quoted(curves.flags[i])].join(","));
  });
  return lines.join("\r\n") + "\r\n";
}

class Plot {
  private plot: uPlot | null = null;
  private readonly readout: HTMLParagraphElement;
  private readonly holder: HTMLDivElement;
  private at = -1;

  constructor(
    private readonly figure: HTMLElement,
    private readonly place: HTMLElement,
    private readonly curves: Curves,
  ) {
    this.holder = document.createElement("div");
    this.holder.className = "plot";
    this.holder.tabIndex = 0;
    this.holder.setAttribute("role", "application");
    this.holder.setAttribute(
      "aria-label",
      `${place.dataset.title ?? "Chart"}. Left and right arrows read values; the table below has all of them.`,
    );
    this.readout = document.createElement("p");
    this.readout.className = "readout";
    this.readout.setAttribute("aria-live", "polite");
    place.replaceChildren(this.holder, this.readout);
    this.draw();
    this.tell(curves.times.length - 1);
    this.holder.addEventListener("keydown", (event) => this.onKey(event));
    new ResizeObserver(() => this.resize()).observe(this.holder);
    document.addEventListener("stemma-theme", () => this.draw());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    this.addDownloads();
  }

  private get isStacked(): boolean {
    return this.place.dataset.stacked === "1";
  }
  private get unit(): string {
    return this.place.dataset.unit ?? "";
  }
  private get width(): number {
    return Math.max(260, this.holder.clientWidth);
  }
  /** A phone has no room for names at the lines' ends; the line under the chart has them. */
  private get named(): boolean {
    return this.width >= 560;
  }
  private get height(): number {
    return this.width < 560 ? PHONE_HEIGHT : HEIGHT;
  }

  private draw(): void {
    this.plot?.destroy();
    const { curves } = this;
    const values = this.isStacked ? stacked(curves.values) : curves.values;
    const ink = variable("--soft");
    const line = variable("--line");
    const wash = variable("--markbg");
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, font: "12px system-ui, sans-serif" };
    const log = this.place.dataset.log === "1";
    const series: uPlot.Series[] = curves.names.map((label, i) => {
      const c = colour(curves.styles[i]);
      return {
        label,
        stroke: c,
        width: 2,
        fill: this.isStacked ? colour(curves.styles[i], true) : undefined,
        points: { show: curves.times.length < 3 },
        spanGaps: false,
      };
    });
    // The upper areas are painted first, so that each shows what is its own.
    const order = this.isStacked ? curves.names.map((_, i) => i).reverse() : curves.names.map((_, i) => i);
    const options: uPlot.Options = {
      width: this.width,
      height: this.height,
      padding: [12, this.named ? NAMES_WIDTH : 12, 0, 0],
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      legend: { show: false },
      cursor: {
        drag: { x: true, y: false, setScale: false },
        points: { show: !this.isStacked },
      },
      scales: {
        x: { time: true },
        y: log
          ? { distr: 3, range: (_u, low, high) => [Math.max(1, low || 1), Math.max(10, high || 10)] }
          : { range: (_u, _low, high) => [0, high > 0 ? high * 1.06 : 1] },
      },
      axes: [
        { ...axis, space: this.place.dataset.days === "1" ? 90 : 50, values: (_u, splits, _i, _space, increment) => splits.map((s) => this.dateLabel(s, increment)) },
        { ...axis, size: 62, values: (_u, splits) => splits.map((v) => (v === null ? "" : compact(v) + this.unit)) },
      ],
      series: [{}, ...order.map((i) => series[i])],
      hooks: {
        drawClear: [
          (u) => {
            u.ctx.save();
            u.ctx.fillStyle = wash;
            curves.flags.forEach((flag, i) => {
              if (flag === "") return;
              const from = u.valToPos(i === 0 ? curves.times[0] : (curves.times[i - 1] + curves.times[i]) / 2, "x", true);
              const next = i + 1 < curves.times.length ? (curves.times[i] + curves.times[i + 1]) / 2 : curves.times[i];
              const to = u.valToPos(next, "x", true);
              u.ctx.fillRect(from, u.bbox.top, Math.max(2, to - from), u.bbox.height);
            });
            u.ctx.restore();
          },
        ],
        draw: [(u) => this.named && this.writeNames(u, values)],
        setCursor: [
          (u) => {
            if (u.cursor.idx !== null && u.cursor.idx !== undefined) this.tell(u.cursor.idx);
          },
        ],
        setSelect: [(u) => this.zoom(u)],
      },
    };
    this.plot = new uPlot(options, [curves.times, ...order.map((i) => values[i])] as uPlot.AlignedData, this.holder);
    // uPlot writes log splits of every power and more; it has no words for those who do not see.
    this.plot.root.setAttribute("aria-hidden", "true");
  }

  /** Each curve's name at its end, none upon another. */
  private writeNames(u: uPlot, values: (number | null)[][]): void {
    const scale = devicePixelRatio || 1;
    const line = 14 * scale;
    const ends: { name: string; style: string; y: number }[] = [];
    this.curves.names.forEach((name, i) => {
      const last = values[i].findLastIndex((value) => value !== null);
      if (last < 0) return;
      let y = u.valToPos(values[i][last] ?? 0, "y", true);
      if (this.isStacked) {
        // In the middle of its own area.
        const below = i === 0 ? 0 : (values[i - 1][last] ?? 0);
        y = (y + u.valToPos(below, "y", true)) / 2;
      }
      if (Number.isFinite(y)) ends.push({ name, style: this.curves.styles[i], y });
    });
    ends.sort((a, b) => a.y - b.y);
    ends.forEach((end, i) => {
      if (i > 0) end.y = Math.max(end.y, ends[i - 1].y + line);
    });
    const bottom = u.bbox.top + u.bbox.height;
    for (let i = ends.length - 1; i >= 0; --i) {
      const most = i + 1 < ends.length ? ends[i + 1].y - line : bottom;
      ends[i].y = Math.min(ends[i].y, most);
    }
    u.ctx.save();
    u.ctx.font = `600 ${12 * scale}px system-ui, sans-serif`;
    u.ctx.textBaseline = "middle";
    u.ctx.textAlign = "left";
    for (const end of ends) {
      u.ctx.fillStyle = colour(end.style);
      u.ctx.fillText(end.name, u.bbox.left + u.bbox.width + 6 * scale, end.y, (NAMES_WIDTH - 8) * scale);
    }
    u.ctx.restore();
  }

  /** What a place on the axis is called: a date, or the days since each one's release. */
  private when(seconds: number): string {
    return this.place.dataset.days === "1" ? `day ${Math.round(seconds / 86400)}` : day(seconds);
  }

  private dateLabel(seconds: number, increment: number): string {
    if (this.place.dataset.days === "1") return this.when(seconds);
    const date = new Date(seconds * 1000);
    const month = date.toLocaleString("en", { month: "short", timeZone: "UTC" });
    const year = String(date.getUTCFullYear());
    if (increment >= 360 * 86400) return year;
    if (increment >= 28 * 86400) return date.getUTCMonth() === 0 ? year : month;
    // Less than a day apart: the hour, and the date where a day begins.
    if (increment < 86400 && date.getUTCHours() + date.getUTCMinutes() > 0) return date.toISOString().slice(11, 16);
    return `${date.getUTCDate()} ${month}`;
  }

  private resize(): void {
    if (this.plot && this.plot.width !== this.width) this.plot.setSize({ width: this.width, height: this.height });
  }

  private tell(i: number): void {
    if (i === this.at) return;
    this.at = i;
    const { curves } = this;
    const parts: Node[] = [];
    const date = document.createElement("strong");
    date.textContent = this.when(curves.times[i]);
    parts.push(date);
    curves.names.forEach((name, c) => {
      const item = document.createElement("span");
      item.className = `key ${curves.styles[c]}`;
      const value = document.createElement("b");
      value.textContent = full(curves.values[c][i]) + (curves.values[c][i] === null ? "" : this.unit);
      item.append(`${name} `, value);
      parts.push(item);
    });
    if (curves.flags[i] !== "") {
      const flag = document.createElement("span");
      flag.className = "soft";
      flag.textContent = `flagged: ${curves.flags[i]}`;
      parts.push(flag);
    }
    this.readout.replaceChildren(...parts);
  }

  private onKey(event: KeyboardEvent): void {
    const last = this.curves.times.length - 1;
    const steps: Record<string, number> = { ArrowLeft: this.at - 1, ArrowRight: this.at + 1, Home: 0, End: last };
    const to = steps[event.key];
    if (to === undefined || !this.plot) return;
    event.preventDefault();
    const i = Math.min(last, Math.max(0, to));
    this.plot.setCursor({ left: this.plot.valToPos(this.curves.times[i], "x"), top: 10 });
    this.tell(i);
  }

  /** A range that was dragged over becomes the page's: it is part of the address. */
  private zoom(u: uPlot): void {
    if (u.select.width < 8 || this.place.dataset.days === "1") return;
    const from = u.posToVal(u.select.left, "x");
    const to = u.posToVal(u.select.left + u.select.width, "x");
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    const form = this.figure.querySelector<HTMLFormElement>("form.choices") ?? this.figure.closest("main")?.querySelector<HTMLFormElement>("form.choices");
    const first = form?.querySelector<HTMLInputElement>("input[name=from]");
    const second = form?.querySelector<HTMLInputElement>("input[name=to]");
    if (!form || !first || !second) return;
    first.value = day(from);
    second.value = day(to);
    form.requestSubmit();
  }

  private addDownloads(): void {
    const tools = this.figure.querySelector<HTMLElement>(".downloads");
    if (!tools) return;
    const title = (this.place.dataset.title ?? "chart").replace(/[^\w.-]+/g, "-");
    const add = (text: string, run: () => void) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.addEventListener("click", run);
      tools.append(" ", button);
    };
    if (!tools.querySelector("a[data-csv]")) {
      add("CSV", () => download(`${title}.csv`, new Blob([csv(this.curves, (seconds) => this.when(seconds))], { type: "text/csv" })));
    }
    add("PNG", () => this.png(`${title}.png`));
  }

  private png(name: string): void {
    const canvas = this.plot?.ctx.canvas;
    if (!canvas) return;
    // On the paper that the page has, with its title and its names: a picture goes alone.
    const scale = devicePixelRatio || 1;
    const head = 34 * scale;
    const foot = (18 + 16 * this.curves.names.length) * scale;
    const sheet = document.createElement("canvas");
    sheet.width = canvas.width;
    sheet.height = canvas.height + head + foot;
    const ctx = sheet.getContext("2d");
    if (!ctx) return;
    ctx.fillStyle = variable("--card");
    ctx.fillRect(0, 0, sheet.width, sheet.height);
    ctx.drawImage(canvas, 0, head);
    ctx.fillStyle = variable("--ink");
    ctx.font = `600 ${15 * scale}px system-ui, sans-serif`;
    ctx.fillText(this.place.dataset.title ?? "", 10 * scale, 22 * scale);
    ctx.font = `${12 * scale}px system-ui, sans-serif`;
    this.curves.names.forEach((text, i) => {
      const y = canvas.height + head + (14 + 16 * i) * scale;
      ctx.fillStyle = colour(this.curves.styles[i]);
      ctx.fillRect(10 * scale, y - 9 * scale, 10 * scale, 10 * scale);
      ctx.fillStyle = variable("--ink");
      ctx.fillText(text, 26 * scale, y);
    });
    sheet.toBlob((blob) => blob && download(name, blob), "image/png");
  }
}

export function drawCharts(root: ParentNode): void {
  for (const place of root.querySelectorAll<HTMLElement>("[data-chart]")) {
    const figure = place.closest<HTMLElement>(".figure");
    const table = figure?.querySelector<HTMLTableElement>("details.values table");
    const curves = table ? read(table) : null;
    if (figure && curves && curves.names.length > 0) new Plot(figure, place, curves);
  }
}
