/** A radio button that is chosen can be taken back: pressed once more, it is no longer chosen. */

/** So soon after it was chosen, a press is the second one of a double click. In milliseconds. */
const DOUBLE = 600;

/** @param {HTMLElement} form */
export function letTakeBack(form) {
  /** What was chosen before the press. @type {Set<Element>} */
  let before = new Set();
  let chosenAt = 0;
  const note = () => {
    before = new Set(form.querySelectorAll("input[type=radio]:checked"));
  };
  form.addEventListener("pointerdown", note, { capture: true });
  form.addEventListener("keydown", note, { capture: true });
  form.addEventListener("input", (event) => {
    chosenAt = event.timeStamp;
    note();
  });
  form.addEventListener("click", (event) => {
    const radio = /** @type {HTMLInputElement} */ (event.target);
    if (before.has(radio) && event.timeStamp - chosenAt >= DOUBLE) takeBack(radio);
  });
  // The space bar does nothing by itself on a button that is chosen.
  /** @type {EventTarget | null} */
  let pressed = null;
  form.addEventListener("keydown", (event) => {
    pressed = null;
    if (event.key !== " " || event.repeat || !before.has(/** @type {Element} */ (event.target)))
      return;
    event.preventDefault();
    pressed = event.target;
    takeBack(/** @type {HTMLInputElement} */ (event.target));
  });
  form.addEventListener("keyup", (event) => {
    if (event.key === " " && event.target === pressed) event.preventDefault();
  });
}

/** @param {HTMLInputElement} radio */
function takeBack(radio) {
  radio.checked = false;
  radio.dispatchEvent(new Event("input", { bubbles: true }));
}
