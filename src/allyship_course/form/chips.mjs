/**
 * Chips: texts of a list's column to press in place of typing them. What a chip writes is what
 * somebody could have typed. A row of chips is one stop for Tab; arrow keys go along it.
 */

import { all } from "./dom.mjs";

/** @param {Element} chip @returns {HTMLTextAreaElement | null} */
const cellOf = (chip) =>
  chip
    .closest("[data-row]")
    ?.querySelector(`textarea[data-column="${chip.getAttribute("data-chip")}"]`) ?? null;

/** @param {Element | null} chip @returns {HTMLElement[]} */
const rowOf = (chip) => (chip?.parentElement ? all(chip.parentElement, "[data-chip]") : []);

/** What stands in a cell, and each chip's words in it, between commas. @param {string} text */
const between = (text) => `, ${text.trim()}, `;

/**
 * Put a chip's words into its cell, or take them out again. Own words are never replaced.
 * @param {Element} chip
 */
export function pressChip(chip) {
  const cell = cellOf(chip);
  if (!cell) return;
  const words = chip.textContent ?? "";
  const written = between(cell.value);
  const byChip = rowOf(chip).some((one) => between(one.textContent ?? "") === written);
  if (written.includes(between(words))) {
    cell.value = written.replace(between(words), ", ").replace(/^, |, $/gu, "");
  } else {
    cell.value = !cell.value.trim() || byChip ? words : `${cell.value.trimEnd()}, ${words}`;
  }
  cell.dispatchEvent(new Event("input", { bubbles: true }));
}

/**
 * Mark the chips whose words stand in their cells.
 * @param {HTMLElement} field
 */
export function showChips(field) {
  for (const chip of all(field, "[data-chip]")) {
    const pressed = between(cellOf(chip)?.value ?? "").includes(between(chip.textContent ?? ""));
    chip.setAttribute("aria-pressed", String(pressed));
  }
}

/** @param {HTMLElement} form */
export function moveAmongChips(form) {
  form.addEventListener("keydown", (event) => {
    const chip = /** @type {Element} */ (event.target).closest("[data-chip]");
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key] ?? 0;
    if (!chip || !by) return;
    event.preventDefault();
    const chips = rowOf(chip);
    const to =
      (chips.indexOf(/** @type {HTMLElement} */ (chip)) + by + chips.length) % chips.length;
    for (const [i, one] of chips.entries()) one.tabIndex = i === to ? 0 : -1;
    chips[to].focus();
  });
}
