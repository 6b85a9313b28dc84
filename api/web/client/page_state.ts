// Choices take effect without a reload, and the address says what is shown: the form is sent as it
// would be without scripts, and what is in <main> of the answer takes the place of what is shown.
type Enhance = (root: ParentNode) => void;

let pending: AbortController | null = null;

function live(text: string): void {
  let region = document.getElementById("live");
  if (!region) {
    region = document.createElement("p");
    region.id = "live";
    region.className = "visually-hidden";
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  region.textContent = text;
}

async function show(url: URL, enhance: Enhance, focus: string | null): Promise<boolean> {
  pending?.abort();
  const mine = new AbortController();
  pending = mine;
  const main = document.querySelector("main");
  if (!main) return false;
  // Nothing for 200 ms; then what is there is dimmed, and stays where it is.
  const wait = setTimeout(() => main.setAttribute("aria-busy", "true"), 200);
  try {
    const answer = await fetch(url, { signal: mine.signal, headers: { Accept: "text/html" } });
    const text = await answer.text();
    const page = new DOMParser().parseFromString(text, "text/html");
    const fresh = page.querySelector("main");
    if (!fresh) return false;
    main.replaceWith(fresh);
    document.title = page.title;
    enhance(fresh);
    if (focus) fresh.querySelector<HTMLElement>(`[name="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
    live(answer.ok ? "Shown anew." : "That could not be shown.");
    return true;
  } catch (error) {
    if ((error as Error).name === "AbortError") return true;
    main.removeAttribute("aria-busy");
    live("The server cannot be reached. What is shown is from before.");
    return true;
  } finally {
    clearTimeout(wait);
  }
}

/** The address that the form would lead to; fields without a value are left out. */
export function addressOf(form: HTMLFormElement): URL {
  const url = new URL(form.action, location.href);
  url.search = "";
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value !== "") url.searchParams.append(name, value);
  }
  return url;
}

export function keepPlaceInAddress(enhance: Enhance): void {
  const send = async (form: HTMLFormElement, focus: string | null) => {
    const url = addressOf(form);
    history.pushState(null, "", url);
    if (!(await show(url, enhance, focus))) location.reload();
  };
  const isChoices = (form: HTMLFormElement | null): form is HTMLFormElement => form?.classList.contains("choices") ?? false;
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLInputElement;
    if (isChoices(field.form)) void send(field.form, field.name);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!isChoices(form)) return;
    event.preventDefault();
    void send(form, null);
  });
  addEventListener("popstate", () => {
    if (document.querySelector("form.choices")) {
      void show(new URL(location.href), enhance, null).then((done) => {
        if (!done) location.reload();
      });
    } else {
      location.reload();
    }
  });
}
