/**
 * The strip at a notebook's head: how many exercises are complete, what is left, what is next.
 * The kernel says it, in messages: nothing of it is in the saved notebook.
 *
 * @import { View } from "./model.mjs"
 */

import { setText } from "../form/dom.mjs";
import { putHtml } from "./model.mjs";
import { howToStart } from "./starting.mjs";

const PATIENCE = 3000;
const SETTLED = 500;

/** Whether this strip has not been filled in yet: every widget has its own copy of this module. */
let first = true;

/** @param {View} view */
function render(view) {
  const { model, el } = view;
  const strip = putHtml(view, "progress_html");
  const bar = /** @type {HTMLProgressElement} */ (strip.querySelector("progress"));
  const line = strip.querySelector("p");
  const asleep = setTimeout(
    () => setText(line, `This notebook is not running. ${howToStart(el)}.`),
    PATIENCE,
  );
  /** @param {{done: number, words: string}} message */
  const show = ({ done, words }) => {
    clearTimeout(asleep);
    // "Run All Cells" goes to the end of the notebook; who begins is brought back to its head.
    // Where the notebook ran by itself, nobody has left it.
    const byItself = el.closest("[data-allyship-opened]");
    if (first && !byItself) setTimeout(() => el.scrollIntoView({ block: "center" }), SETTLED);
    first = false;
    bar.hidden = false; // before that, an empty bar would say that nothing is done
    bar.value = done;
    setText(line, words);
    strip.setAttribute("data-ready", "");
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
