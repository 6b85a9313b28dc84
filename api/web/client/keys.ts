// Which keys do what: a list that `?` and a button at the end of the page open.
const KEYS: [string, string][] = [
  ["/", "to the search box"],
  ["↑ ↓ Enter Esc", "in suggestions: choose, go there, leave"],
  ["← → Home End", "on a chart: read its values one after the other"],
  ["↑ ↓ → ← Enter", "in a tree: move, open a row, close it, go to the model"],
  ["Space", "in a tree: open or close a row"],
  ["?", "this list"],
];

function makeDialog(): HTMLDialogElement {
  const dialog = document.createElement("dialog");
  dialog.className = "keys";
  dialog.setAttribute("aria-labelledby", "keys-title");
  const title = document.createElement("h2");
  title.id = "keys-title";
  title.textContent = "Keys";
  const list = document.createElement("dl");
  for (const [keys, meaning] of KEYS) {
    const term = document.createElement("dt");
    for (const key of keys.split(" ")) {
      const shown = document.createElement("kbd");
      shown.textContent = key;
      term.append(shown, " ");
    }
    const text = document.createElement("dd");
    text.textContent = meaning;
    list.append(term, text);
  }
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  dialog.append(title, list, close);
  document.body.append(dialog);
  return dialog;
}

export function explainKeys(): void {
  const footer = document.querySelector("footer");
  if (!footer) return;
  let dialog: HTMLDialogElement | undefined;
  const open = () => {
    dialog ??= makeDialog();
    if (!dialog.open) dialog.showModal();
  };
  const button = document.createElement("button");
  button.type = "button";
  button.className = "keys";
  button.textContent = "Keys";
  button.addEventListener("click", open);
  footer.append(button);
  document.addEventListener("keydown", (event) => {
    const at = document.activeElement;
    const typing = at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement;
    if (event.key !== "?" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    open();
  });
}
