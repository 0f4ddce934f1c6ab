/** Keeps Jupyter's keys and menus out of what we show in a notebook. */

/**
 * Keep Jupyter's shortcuts away from a form: with a radio button focused, an arrow key would
 * leave for the next cell and "d d" would delete this one; Enter would not begin a new line.
 * Ctrl or Cmd with a letter (save, find, the command palette) goes through, but for what acts
 * on cells.
 * @param {HTMLElement} form
 * @param {AbortSignal} signal
 */
export function keepKeys(form, signal) {
  /** @param {KeyboardEvent} event */
  const ours = (event) => !(event.ctrlKey || event.metaKey) || !/^[^am]$/iu.test(event.key);
  form.addEventListener("keydown", (event) => ours(event) && event.stopPropagation());
  // Notebook 7 takes keys at the document on their way down, so they are marked still earlier.
  /** @param {KeyboardEvent} event */
  const markOurs = (event) => {
    const control = /** @type {Element} */ (event.target);
    if (form.contains(control)) {
      control.toggleAttribute("data-lm-suppress-shortcuts", ours(event));
    }
  };
  addEventListener("keydown", markOurs, { capture: true, signal });
}

/**
 * Keep all keys of one line to be typed into, and of what stands around it.
 * @param {HTMLElement} place
 * @param {Element | null} line
 */
export function keepAllKeys(place, line) {
  line?.setAttribute("data-lm-suppress-shortcuts", "true");
  place.addEventListener("keydown", (event) => event.stopPropagation());
}

/**
 * Leave a text's context menu (spelling, paste) to the browser.
 * @param {HTMLElement} form
 */
export function keepMenu(form) {
  form.addEventListener("contextmenu", (event) => {
    if (event.target instanceof HTMLTextAreaElement) event.stopPropagation();
  });
}
