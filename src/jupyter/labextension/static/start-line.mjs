// A line above a notebook whose forms are not running, with the one button that starts them.

const STOPPED = "The exercises are not running.";
const START = "Start the exercises";
const FAILED = "They did not start. In the menu choose Run, then Run All Cells.";

/** What a kernel does when it forgets all forms. */
const FORGETS = new Set(["restarting", "autorestarting", "terminating", "dead"]);

/**
 * @param {any} widgets  lumino's
 * @param {any} panel
 * @param {() => Promise<boolean>} runOurs
 * @returns {{ running: boolean }}
 */
export function startLine({ Widget }, panel, runOurs) {
  const { sessionContext } = panel;
  const node = document.createElement("div");
  const words = document.createElement("span");
  const button = document.createElement("button");
  node.setAttribute("role", "status");
  // Its room is what it needs at least: nothing else makes Jupyter's layout give it any.
  node.style.cssText =
    "display:flex; align-items:center; gap:1rem; min-height:44px; padding:0 1rem;" +
    "color:var(--jp-ui-font-color1); background:var(--jp-layout-color2);" +
    "font:var(--jp-content-font-size1)/1.5 var(--jp-ui-font-family)";
  button.className = "jp-mod-styled jp-mod-accept";
  button.textContent = START;
  node.append(words, button);
  const widget = new Widget({ node });
  let running = true;

  const show = () => {
    words.textContent = STOPPED;
    button.disabled = false;
    if (running) widget.parent = null;
    // A panel that is closed has no room any more, and its kernel's end is heard after that.
    else if (!widget.parent && !panel.isDisposed) panel.contentHeader.addWidget(widget);
  };
  const stop = () => {
    running = false;
    show();
  };
  button.addEventListener("click", async () => {
    button.disabled = true;
    if (sessionContext.kernelDisplayStatus === "dead") await sessionContext.restartKernel();
    else if (!sessionContext.session?.kernel) await sessionContext.startKernel();
    running = await runOurs();
    show();
    if (!running) words.textContent = FAILED;
  });
  sessionContext.kernelChanged.connect(stop);
  sessionContext.statusChanged.connect((/** @type {any} */ _, /** @type {string} */ status) => {
    if (FORGETS.has(status)) stop();
  });
  panel.node.dataset.allyshipStarts = ""; // what our forms say names the button then
  panel.disposed.connect(() => widget.dispose());
  return {
    get running() {
      return running;
    },
    set running(value) {
      running = value;
      show();
    },
  };
}
