// Suggestions while typing: models and families, by mouse and by keyboard.
import { html, render } from "lit";
import { compact } from "./format";

interface Item {
  id?: string;
  name?: string;
  kind: "model" | "family";
  downloads: number | null;
  descendants: number;
}

const SHOWN = 8;
const WAIT_MS = 90;

function pathOf(item: Item): string {
  if (item.kind === "family") return `/families/${encodeURIComponent(item.name ?? "")}`;
  return `/models/${(item.id ?? "").split("/").map(encodeURIComponent).join("/")}`;
}

function plural(count: number): string {
  return `${compact(count)} ${count === 1 ? "descendant" : "descendants"}`;
}

export function suggestWhileTyping(): void {
  const form = document.querySelector<HTMLFormElement>("header form[role=search]");
  const input = form?.querySelector<HTMLInputElement>("input[name=q]");
  if (!form || !input) return;
  const list = document.createElement("div");
  list.id = "suggestions";
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Models and families");
  list.hidden = true;
  form.append(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  input.autocomplete = "off";

  let items: Item[] = [];
  let chosen = -1;
  let timer = 0;
  let asked: AbortController | null = null;

  const draw = () => {
    const open = items.length > 0;
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (chosen >= 0) input.setAttribute("aria-activedescendant", `suggestion-${chosen}`);
    else input.removeAttribute("aria-activedescendant");
    render(
      items.map(
        (item, i) => html`<a
          id="suggestion-${i}"
          role="option"
          tabindex="-1"
          aria-selected=${i === chosen ? "true" : "false"}
          href=${pathOf(item)}
          ><span class="what">${item.id ?? item.name}</span
          ><span class="soft">${item.kind === "family" ? "family, " : ""}${plural(item.descendants)}</span></a
        >`,
      ),
      list,
    );
  };
  const close = () => {
    asked?.abort();
    clearTimeout(timer);
    items = [];
    chosen = -1;
    draw();
  };
  const ask = async () => {
    const text = input.value.trim();
    asked?.abort();
    if (text === "") return close();
    const mine = new AbortController();
    asked = mine;
    try {
      const answer = await fetch(`/v1/search?limit=${SHOWN}&q=${encodeURIComponent(text)}`, { signal: mine.signal });
      if (!answer.ok) return close();
      items = ((await answer.json()) as { items: Item[] }).items;
      chosen = -1;
      draw();
    } catch {
      // Another letter was typed, or the server is away: the form still works.
    }
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (items.length > 0) event.preventDefault();
      else input.blur();
      return close();
    }
    if (items.length === 0) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      chosen = chosen < 0 && step < 0 ? items.length - 1 : (chosen + step + items.length) % items.length;
      draw();
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      location.href = pathOf(items[chosen]);
    }
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget as Node | null)) close();
  });
  // A press must not take the focus away before the click arrives.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    const at = document.activeElement;
    const typing = at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement;
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
}
