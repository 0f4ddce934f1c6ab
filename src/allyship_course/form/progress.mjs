// @ts-check
/**
 * The strip at a notebook's head: how many exercises are complete, what is left, what is next.
 * The kernel says it, in messages: nothing of it is in the saved notebook.
 */

const ASLEEP = "This notebook is not running. In the menu choose Run, then Run All Cells.";
const PATIENCE = 3000;
const SETTLED = 500;

/** Whether this strip has not been filled in yet: every widget has its own copy of this module. */
let first = true;

/** @param {{model: any, el: HTMLElement}} view */
function render({ model, el }) {
  el.innerHTML = model.get("progress_html");
  const bar = /** @type {HTMLProgressElement} */ (el.querySelector("progress"));
  const line = /** @type {HTMLElement} */ (el.querySelector("p"));
  const say = (/** @type {string} */ words) => {
    // A live region that is written anew is read anew.
    if (line.textContent !== words) line.textContent = words;
  };
  const asleep = setTimeout(() => say(ASLEEP), PATIENCE);
  const show = (/** @type {{done: number, words: string}} */ content) => {
    clearTimeout(asleep);
    // "Run All Cells" goes to the end of the notebook; who begins is brought back to its head.
    if (first) setTimeout(() => el.scrollIntoView({ block: "center" }), SETTLED);
    first = false;
    bar.value = content.done;
    say(content.words);
    el.firstElementChild?.setAttribute("data-ready", "");
  };
  model.on("msg:custom", show);
  try {
    model.send({});
  } catch {
    // There is no kernel, and the line will say so.
  }
  return () => {
    clearTimeout(asleep);
    model.off("msg:custom", show);
  };
}

export default { render };
