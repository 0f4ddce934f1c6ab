// Runs before anything is shown: the colours that were chosen here, and word of a script that
// did not load. The page's security policy names this script by its hash.
{
  const root = document.documentElement;
  try {
    // As site.mjs has it.
    const packaged = root.hasAttribute("data-package");
    const site = packaged
      ? window.name
      : new URL(root.dataset.content_root ?? "", location.href).pathname;
    const chosen = localStorage.getItem(`allyship:${site}:colours`);
    if (chosen) root.dataset.theme = chosen;
    // Whoever wants to see all of every exercise at once: cover.mjs keeps the choice.
    const every = localStorage.getItem(`allyship:${site}:whole`) === "*";
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
