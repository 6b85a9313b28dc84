// Light, dark, or as the system has it. What is chosen is kept in this browser.
const KEY = "stemma-theme";
const NEXT: Record<string, string> = { auto: "light", light: "dark", dark: "auto" };
const NAMES: Record<string, string> = { auto: "As the system", light: "Light", dark: "Dark" };

function stored(): string {
  try {
    return localStorage.getItem(KEY) ?? "auto";
  } catch {
    return "auto"; // storage may be forbidden
  }
}

function apply(theme: string): void {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function chooseTheme(): void {
  let theme = stored();
  if (!(theme in NEXT)) theme = "auto";
  apply(theme);
  const nav = document.querySelector("header nav");
  if (!nav) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "theme";
  const tell = () => {
    button.textContent = NAMES[theme];
    button.setAttribute("aria-label", `Colours: ${NAMES[theme]}. Change.`);
  };
  tell();
  button.addEventListener("click", () => {
    theme = NEXT[theme];
    apply(theme);
    tell();
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // then it holds for this page only
    }
    document.dispatchEvent(new Event("stemma-theme"));
  });
  nav.append(button);
}
