// Runs before anything is shown: the colours that were chosen here, and word of a script that
// did not load. The page's security policy names this script by its hash.
{
  const root = document.documentElement;
  try {
    const site = new URL(root.dataset.content_root ?? "", location.href).pathname;
    const name = root.dataset.keeps;
    const chosen = localStorage.getItem(`${name}:${site}:colours`);
    if (chosen) root.dataset.theme = chosen;
    // Whoever wants to see all of every exercise at once: cover.mjs keeps the choice.
    const every = localStorage.getItem(`${name}:${site}:whole`) === "*";
    root.classList.toggle("ac-whole", every);
  } catch {
    // The browser keeps nothing for this site: the system's colours, then.
  }
  /** @param {Event} event */
  const failed = ({ target }) =>
    target instanceof HTMLScriptElement &&
    target.type === "module" &&
    root.classList.add("ac-failed");
  addEventListener("error", failed, true);
}
