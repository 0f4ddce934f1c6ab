/**
 * Whoever runs a cell sees Jupyter take its output away at once; the new one comes when a kernel has
 * made it. Without a kernel none comes, and the form would be gone. It stands in for itself until then.
 */

import { make } from "../form/dom.mjs";
import { howToStart } from "./starting.mjs";

/** How long a new form may take before the old one comes back, in milliseconds. */
const LONGEST = 1000;

/** @param {string} start  what to press */
const notRunning = (start) =>
  "This notebook is not running yet, so this is the form as you left it. What you write in it is " +
  `kept in this browser until your journal answers. Wait half a minute. ${start}, once more.`;

/** Said in the page when a form of an exercise is there. */
const HERE = "allyship-form";

/** @param {HTMLElement} form */
const pathOf = (form) => `${form.dataset.module}/${form.dataset.exercise}`;

/** Say that a form is there, so that none stands in for it any more. @param {HTMLElement} form */
export const takePlace = (form) =>
  document.dispatchEvent(new CustomEvent(HERE, { detail: pathOf(form) }));

/**
 * Get ready to bring a form back that is taken away.
 * @param {HTMLElement} form
 * @param {() => Promise<unknown>} ask  whether anybody answers
 * @param {AbortController} gone  what ends the form
 * @returns {() => void} to call when it is taken away
 */
export function standIn(form, ask, gone) {
  /** @type {Element | null} */
  let cell = null;
  const seen = new ResizeObserver(() => {
    cell ??= form.closest(".jp-Cell");
  });
  seen.observe(form);
  return () => {
    seen.disconnect();
    const stand = make("div", { className: "ac-stand-in" });
    const comeBack = () => {
      if (!cell || cell.querySelector("form.ac-exercise")) return; // the new one is there already
      const textContent = notRunning(howToStart(cell));
      const line = make("p", { className: "ac-trouble", textContent });
      line.setAttribute("role", "alert");
      stand.append(line, form);
      cell.append(stand);
    };
    const waiting = setTimeout(comeBack, LONGEST);
    const end = () => {
      clearTimeout(waiting);
      gone.abort();
      stand.remove();
    };
    /** @param {Event} event */
    const onOther = (event) => {
      if (/** @type {CustomEvent} */ (event).detail === pathOf(form)) end();
    };
    document.addEventListener(HERE, onOther, { signal: gone.signal });
    // Somebody answers: then its output was cleared by hand, and stays so.
    ask().then(
      () => stand.isConnected || end(),
      () => {},
    );
  };
}
