/** Light or dark: as the system has it, until somebody chooses. head.js puts the choice in. */

import { coursePart, siteKey } from "./site.mjs";

export function offerDark() {
  const button = coursePart("dark");
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
  const showPressed = () => button?.setAttribute("aria-pressed", String(isDark()));
  button?.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    showPressed();
    try {
      localStorage.setItem(siteKey("colours"), root.dataset.theme);
    } catch {
      // It lasts as long as the page, then.
    }
  });
  dark.addEventListener("change", showPressed);
  showPressed();
}
