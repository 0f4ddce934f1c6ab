/** The controls that fields are made of, and the rows of a list. */

import { all } from "./dom.mjs";

/** @param {Element} scope @param {string} type @returns {HTMLInputElement[]} */
const inputs = (scope, type) =>
  [...scope.querySelectorAll("input")].filter((input) => input.type === type);

// ---------------------------------------------------------------- radio buttons

/** @param {Element} scope */
export const radios = (scope) => inputs(scope, "radio");

/** @param {Element} scope */
export const checked = (scope) => radios(scope).find((radio) => radio.checked)?.value;

/** @param {Element} scope @param {unknown} value */
export function check(scope, value) {
  const wanted = ["string", "number"].includes(typeof value) ? String(value) : "";
  for (const radio of radios(scope)) radio.checked = radio.value === wanted;
}

// ------------------------------------------------------------------- check boxes

/** @param {Element} scope */
const boxes = (scope) => inputs(scope, "checkbox");

/** @param {Element} scope */
export function ticked(scope) {
  const values = boxes(scope)
    .filter((box) => box.checked)
    .map((box) => box.value);
  return values.length ? values : undefined;
}

/** @param {Element} scope @param {unknown} value */
export function tick(scope, value) {
  for (const box of boxes(scope)) box.checked = Array.isArray(value) && value.includes(box.value);
}

/**
 * "None of these" and the others exclude each other.
 * @param {Element} scope
 * @param {Element} control
 */
export function excludeNone(scope, control) {
  const none = /** @type {HTMLInputElement} */ (control).value === "none";
  for (const box of boxes(scope)) if ((box.value === "none") !== none) box.checked = false;
}

/**
 * The labels of what is chosen, for a composed text.
 * @param {Element} scope
 */
export const labelsInWords = (scope) =>
  [...scope.querySelectorAll("input")]
    .filter((input) => input.checked)
    .map((input) => input.labels?.[0]?.textContent ?? "")
    .join("; ");

// ------------------------------------------------------- selects, lines, texts

/** @param {Element} scope @returns {HTMLSelectElement[]} */
export const selects = (scope) => [...scope.querySelectorAll("select")];

/** @param {Element} scope */
export const input = (scope) => /** @type {HTMLInputElement} */ (scope.querySelector("input"));

/** @param {Element} scope */
export const textarea = (scope) =>
  /** @type {HTMLTextAreaElement} */ (scope.querySelector("textarea"));

/**
 * Put a text into a control, if another one stands there: the cursor stays where it is.
 * @param {HTMLInputElement | HTMLTextAreaElement} control
 * @param {unknown} value
 */
export function fill(control, value) {
  const text = typeof value === "string" ? value : "";
  if (control.value !== text) control.value = text;
}

/**
 * Put a text behind what stands in a control, as if it had been typed: Ctrl+Z takes it out again.
 * @param {HTMLInputElement | HTMLTextAreaElement} control
 * @param {string} text
 */
export function typeInto(control, text) {
  control.focus();
  control.setSelectionRange(control.value.length, control.value.length);
  // The only way to write into a control that browsers can undo.
  if (document.execCommand("insertText", false, text)) return;
  control.value += text;
  control.dispatchEvent(new Event("input", { bubbles: true }));
}

// --------------------------------------------------------------- rows of a list

/** @param {Element} field */
export const rowsOf = (field) => all(field, "[data-row]");

/** @param {Element} row @returns {[string, string][]} column id and text */
export const cells = (row) =>
  [...row.querySelectorAll("textarea")].map((area) => [area.dataset.column ?? "", area.value]);

/** @param {Element} field */
export function addRow(field) {
  const last = /** @type {HTMLElement} */ (rowsOf(field).at(-1));
  const row = /** @type {HTMLElement} */ (last.cloneNode(true));
  emptyRow(row);
  last.after(row);
  numberRows(field);
  return row;
}

/** @param {Element} row */
export const focusRow = (row) => textarea(row).focus();

/**
 * Take a row away; the last one is only emptied. Focus goes to the row that takes its place.
 * @param {Element} button
 */
export function removeRow(button) {
  const field = /** @type {Element} */ (button.closest("[data-field]"));
  const row = /** @type {Element} */ (button.closest("[data-row]"));
  const next = row.nextElementSibling ?? row.previousElementSibling;
  if (next) row.remove();
  else emptyRow(row);
  focusRow(next ?? row);
  numberRows(field);
}

/** @param {Element} row */
function emptyRow(row) {
  for (const area of row.querySelectorAll("textarea")) area.value = "";
}

/** @param {Element} field */
function numberRows(field) {
  for (const [i, row] of rowsOf(field).entries()) {
    row.querySelector("[data-remove]")?.setAttribute("aria-label", `Remove row ${i + 1}`);
  }
}

// ------------------------------------------------------------------ consequences

/**
 * Show the texts that go with what is chosen, in a live region that stands there from the start.
 * On restoring, the region is exchanged for a filled one: a screen reader then does not read
 * out every consequence of last week.
 * @param {Element} scope
 * @param {string[]} values
 * @param {boolean} quietly
 */
export function showConsequences(scope, values, quietly) {
  const region = scope.querySelector(":scope > .ac-said");
  if (!region) return;
  const html = [...scope.querySelectorAll(":scope > .ac-all [data-for]")]
    .filter((text) => {
      const option = text.getAttribute("data-for") ?? "";
      return option === "*" ? values.length : values.includes(option);
    })
    .map((text) => (text.matches(".ac-reply") ? replyHtml(text) : text.innerHTML))
    .join("");
  if (region.innerHTML === html) return;
  const target = quietly ? /** @type {Element} */ (region.cloneNode()) : region;
  target.innerHTML = html;
  if (quietly) region.replaceWith(target);
}

/** A reply stays apart from the reasoning that follows it. @param {Element} text */
const replyHtml = (text) => `<div class="ac-reply">${text.innerHTML}</div>`;
