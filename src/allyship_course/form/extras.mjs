/**
 * What a form makes of its answers, a chart, a text to copy, the days of its dates; and what it
 * shows of an earlier exercise.
 *
 * @import { Rule } from "./rule.mjs"
 * @import { Store } from "./store.mjs"
 */

import { checked, input } from "./controls.mjs";
import { all, setText } from "./dom.mjs";
import { dayInWords, TYPES } from "./fields.mjs";
import { inWords } from "./in-words.mjs";
import { own } from "./values.mjs";

/** @param {HTMLElement} form @param {string | null | undefined} id */
export const fieldOf = (form, id) =>
  all(form, "[data-field]").find((one) => one.dataset.field === id);

/** @param {HTMLElement} form @param {Rule} rule */
export function showExtras(form, rule) {
  const composed = composedOf(form);
  const text = composed?.dataset.template?.replace(/\{([a-z0-9-]+)\}/gu, (_, id) => {
    const field = fieldOf(form, id);
    return (field && TYPES[rule.fields[id].type].words(field)) || "__________";
  });
  setText(composed, text ?? "");
  for (const row of all(form, "[data-scale]")) {
    const field = fieldOf(form, row.dataset.scale);
    drawBar(row, "now", field && Number(checked(field)));
  }
  for (const event of all(form, "[data-day]")) {
    const field = fieldOf(form, event.dataset.day);
    const day = field ? dayInWords(input(field).value) : "";
    setText(event.querySelector(".ac-when"), `: ${day || "no date yet"}`);
  }
}

/** @param {HTMLElement} form @returns {HTMLElement | null} */
export const composedOf = (form) => form.querySelector("[data-template]");

/**
 * Put a number into a chart's row, and draw it.
 * @param {HTMLElement} row
 * @param {"then" | "now"} which
 * @param {unknown} value
 */
function drawBar(row, which, value) {
  const steps = Number(row.dataset.steps);
  const step = Number.isInteger(value) && Number(value) <= steps ? Number(value) : 0;
  setText(row.querySelector(`[data-${which}]`), step ? String(step) : "–");
  const bar = /** @type {HTMLElement | null} */ (row.querySelector(`.ac-${which}`));
  if (bar) bar.style.inlineSize = `${(100 * step) / steps}%`;
}

/**
 * Show what the learner wrote elsewhere: earlier answers, the first round of an inventory.
 * @param {HTMLElement} form
 * @param {Store} store
 */
export async function showEarlier(form, store) {
  const profile = /** @type {HTMLElement | null} */ (form.querySelector("[data-compare]"));
  const before = profile?.dataset.compare ? await store.other(profile.dataset.compare) : null;
  for (const row of all(form, "[data-scale]")) {
    drawBar(row, "then", own(before?.answers, row.dataset.scale ?? ""));
  }
  for (const place of all(form, "[data-earlier]")) {
    const [module, exercise, field] = (place.dataset.earlier ?? "").split("/");
    const note = await store.other(`${module}/${exercise}`);
    const text = JSON.parse(place.dataset.text ?? "{}");
    const quote = place.querySelector("blockquote");
    setText(quote, inWords(text, own(note?.answers, field)).join("\n"));
    place.toggleAttribute("hidden", !quote?.textContent);
  }
}

/**
 * Copy the composed text; where the browser does not allow it, select it to be copied by hand.
 * @param {HTMLElement} form
 */
export async function copyComposed(form) {
  const composed = composedOf(form);
  if (!composed) return;
  const told = form.querySelector(".ac-compose .ac-copied");
  try {
    await navigator.clipboard.writeText(composed.textContent);
    setText(told, "Copied.");
  } catch {
    getSelection()?.selectAllChildren(composed);
    setText(told, "The text is selected: copy it with Ctrl+C or Cmd+C.");
  }
}
