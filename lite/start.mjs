/**
 * Starts a page of the live notebooks: first the service worker, through which the notebooks
 * reach their files and which keeps the site on the device, then JupyterLite, then the cells, so
 * that the exercises open by themselves. The build puts two constants before it: CONFIG, the
 * address of JupyterLite's own start, and APP_VERSION.
 */

const ROOT = new URL(".", import.meta.url);
const WORKER = new URL("service-worker.js?enableCache=false", ROOT).href;

const GETTING_READY =
  "The exercises are being made ready. They open by themselves. " +
  "The first time takes longest: Python is fetched, and kept in this browser.";
const NO_FILES =
  "Here nothing of what you write would be kept. This browser gives the page no place for files, " +
  "as in a private window. Open it in an ordinary window, or use the course's website.";
const NOT_STARTED = "The exercises did not open. In the menu choose Run, then Run All Cells.";

/** A line over the foot of the page, for as long as there is something to say.
 * @param {string} text */
function tell(text) {
  const line = document.getElementById("allyship-line") ?? document.createElement("p");
  line.id = "allyship-line";
  line.setAttribute("role", "status");
  line.style.cssText =
    "position:fixed; inset:auto 0 0; z-index:10000; margin:0; padding:0.75rem 1rem;" +
    "font:1rem/1.4 system-ui,sans-serif; color:#fff; background:#103b6d";
  line.textContent = text;
  line.hidden = !text;
  document.body.append(line);
}

/** Whether the service worker serves this page now. The book's own must not be taken for it, and
 * JupyterLite would end both on seeing either for the first time. */
async function serveFromWorker() {
  if (!("serviceWorker" in navigator)) return false;
  try {
    localStorage.setItem(`${WORKER}-version`, APP_VERSION);
    await navigator.serviceWorker.register(WORKER);
  } catch {
    return false;
  }
  const ours = () => navigator.serviceWorker.controller?.scriptURL === WORKER;
  if (!ours()) {
    await new Promise((go) => {
      navigator.serviceWorker.addEventListener("controllerchange", () => ours() && go(true));
      setTimeout(go, 30_000);
    });
  }
  return ours();
}

/** @template T @param {() => T} get @returns {Promise<NonNullable<T>>} */
async function until(get) {
  for (;;) {
    const found = get();
    if (found) return found;
    await new Promise((go) => setTimeout(go, 50));
  }
}

/** Run the notebook's cells from the top, one after the other, so that each form can be used
 * as soon as its own cell has run. */
async function runCells() {
  const app = await until(() => /** @type {any} */ (globalThis).jupyterapp);
  const panel = await until(() => app.shell.currentWidget?.context && app.shell.currentWidget);
  await Promise.all([panel.context.ready, panel.sessionContext.ready]);
  await until(() => panel.sessionContext.session?.kernel);
  for (const cell of panel.content.widgets) {
    if (cell.model.type !== "code") continue;
    const reply = await cell.constructor.execute(cell, panel.sessionContext);
    if (reply?.content.status !== "ok") return false;
    if (document.querySelector("form.ac-exercise:not([hidden])")) tell("");
  }
  return true;
}

const served = await serveFromWorker();
await import(CONFIG);
if (!served) tell(NO_FILES);
else if (`${ROOT.pathname}notebooks/` === location.pathname.replace(/index\.html$/u, "")) {
  tell(GETTING_READY);
  tell((await runCells()) ? "" : NOT_STARTED);
}
