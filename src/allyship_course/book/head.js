// Runs before anything is shown: the page's address, the colours that were chosen here, whether
// somebody has begun, and word of a script that did not load. The page's security policy names this
// script by its hash.
{
  const root = document.documentElement;
  const { content_root: top = "", page = "" } = root.dataset;
  try {
    // Some hosts put a slash behind a page's address, or take that of a folder away: whatever the
    // page names, its own style and scripts too, would be sought in a wrong folder.
    const [last = "", before = ""] = location.pathname.split("/").reverse();
    const name = page.replace(/.*\//, "");
    let mended = "";
    if (name === "index" && last && last !== name && !last.includes(".")) mended = `${last}/`;
    if (name !== "index" && !last && before === name) mended = `../${name}`;
    if (mended) history.replaceState(history.state, "", mended + location.search + location.hash);
    // As site.mjs has it.
    const packaged = root.hasAttribute("data-package");
    const path = new URL(top, location.href).pathname.replace(/\/+/g, "/").toLowerCase();
    const site = packaged ? window.name : path;
    const course = root.dataset.keeps;
    const chosen = localStorage.getItem(`${course}:${site}:colours`);
    if (chosen) root.dataset.theme = chosen;
    // Whoever wants to see all of every exercise at once: cover.mjs keeps the choice.
    const every = localStorage.getItem(`${course}:${site}:whole`) === "*";
    root.classList.toggle("ac-whole", every);
    const kept = `${course}:${site}:`;
    const isAnswer = (/** @type {string} */ key) =>
      key.startsWith(kept) && key.includes("/", kept.length);
    root.classList.toggle("ac-begun", Object.keys(localStorage).some(isAnswer));
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
