/**
 * The units of a form: what is shown when it is shown one thing at a time. A unit is one question,
 * one card of a sort or one step of a case; the introduction is the first, the end the last.
 *
 * @typedef {object} Unit
 * @property {"intro" | "field" | "card" | "step" | "end"} kind
 * @property {HTMLElement[]} parts  what of the form is shown; nothing of it is moved
 * @property {HTMLElement | null} step  the step that it belongs to
 */

import { checked, radios } from "./controls.mjs";
import { all } from "./dom.mjs";
import { ruleOf, typeOf } from "./form.mjs";

const INTRO = ".ac-title, .ac-scene, .ac-meta, .ac-cover, .ac-ahead, .ac-intro";
const FIELDS = "[data-field], .ac-folded";
const END = ".ac-end, .ac-picture, .ac-profile, .ac-compose, .ac-calendar, .ac-closing, .ac-foot";

/** @param {HTMLElement} form @param {string} selector */
const childrenOf = (form, selector) => all(form, `:scope > :is(${selector})`);

/** @param {HTMLElement} form */
export const stepsOf = (form) => all(form, "[data-step]");

/** The fields in which cards are sorted. @param {HTMLElement} form */
export const sortsOf = (form) => all(form, "[data-field]:has(> .ac-cards)");

/** @param {HTMLElement} form @returns {Unit[]} */
export function unitsOf(form) {
  const { way, ended } = wayOf(form);
  /** @type {Unit[]} */
  const units = [{ kind: "intro", parts: childrenOf(form, INTRO), step: null }];
  for (const field of childrenOf(form, FIELDS)) units.push(...unitsOfField(field));
  for (const step of way) units.push(...unitsOfStep(step));
  if (ended) units.push({ kind: "end", parts: childrenOf(form, END), step: null });
  return units;
}

/**
 * The steps that the choices lead through. A text that is not written yet holds nobody up here;
 * a choice that is open does, where the way hangs on it.
 * @param {HTMLElement} form
 */
export function wayOf(form) {
  const steps = stepsOf(form);
  /** @type {HTMLElement[]} */
  const way = [];
  let next = steps[0]?.dataset.step ?? "end";
  while (next && next !== "end") {
    const step = steps.find((one) => one.dataset.step === next);
    if (!step || way.includes(step)) break;
    way.push(step);
    next = nextStep(form, step);
  }
  return { way, ended: next === "end" };
}

/** @param {HTMLElement} step */
const branchOf = (step) =>
  all(step, "[data-field]").find((field) => field.querySelector("[data-next]"));

/** The choice that the way hangs on, where it is still open. @param {HTMLElement} step */
export function openBranch(step) {
  const branch = branchOf(step);
  return branch && checked(branch) === undefined ? branch : undefined;
}

/** Where a step leads: an id, "end", or nothing yet. @param {HTMLElement} form @param {HTMLElement} step */
function nextStep(form, step) {
  const open = openBranch(step);
  if (open && ruleOf(form).fields[open.dataset.field ?? ""].required) return "";
  const chosen = radios(step).find((radio) => radio.checked && radio.dataset.next);
  return chosen?.dataset.next ?? step.dataset.next ?? "end";
}

/** @param {HTMLElement} field @param {HTMLElement | null} step @returns {Unit[]} */
function unitsOfField(field, step = null) {
  const cards = all(field, ".ac-cards > li");
  if (!cards.length) return [{ kind: "field", parts: [field], step }];
  return cards.map((card) => ({ kind: "card", parts: [card], step }));
}

/**
 * A step is one unit. Where cards are sorted in it, what stands before them is one, each card is
 * one, and what stands behind them.
 * @param {HTMLElement} step
 * @returns {Unit[]}
 */
function unitsOfStep(step) {
  if (!step.querySelector(".ac-cards")) return [{ kind: "step", parts: [step], step }];
  /** @type {Unit[]} */
  const units = [{ kind: "step", parts: [], step }];
  for (const part of all(step, ":scope > *")) {
    const last = units[units.length - 1];
    if (part.querySelector(".ac-cards")) units.push(...unitsOfField(part, step));
    else if (last.kind === "card" && part.matches(FIELDS))
      units.push({ kind: "step", parts: [part], step });
    else last.parts.push(part);
  }
  return units;
}

/** @param {Unit} unit */
const fieldsIn = (unit) =>
  unit.parts.flatMap((part) => (part.matches("[data-field]") ? [part] : all(part, "[data-field]")));

/** @param {HTMLElement} form @param {HTMLElement} field */
const isAnswered = (form, field) =>
  typeOf(form, field).answered(
    ruleOf(form).fields[field.dataset.field ?? ""],
    typeOf(form, field).read(field),
  );

/** Whether a unit asks for something that is not there yet. @param {HTMLElement} form @param {Unit} unit */
export function isOpen(form, unit) {
  if (unit.kind === "card") return checked(unit.parts[0]) === undefined;
  return fieldsIn(unit).some(
    (field) => ruleOf(form).fields[field.dataset.field ?? ""].required && !isAnswered(form, field),
  );
}

/** Whether a unit only reads. @param {Unit} unit */
const isReading = (unit) => unit.kind === "step" && !fieldsIn(unit).length;

/** Whether somebody has answered something of a unit. @param {HTMLElement} form @param {Unit} unit */
export function isBegun(form, unit) {
  if (unit.kind === "card") return !isOpen(form, unit);
  return fieldsIn(unit).some((field) => typeOf(form, field).read(field) !== undefined);
}

/** @param {HTMLElement} form */
export const isLeftOut = (form) =>
  /** @type {HTMLInputElement | null} */ (form.querySelector("[data-pass]"))?.checked ?? false;

/**
 * Whether an exercise is complete; one that is answered anew as a whole, also of today.
 * @param {HTMLElement} form
 * @param {Unit[]} units
 */
export const isDone = (form, units) =>
  form.hasAttribute("data-complete") &&
  (form.dataset.again !== "as-a-whole" ||
    isLeftOut(form) ||
    units.some((unit) => isBegun(form, unit)));

/**
 * Where to go on: the first unit that is open, with what there is to read before it.
 * @param {HTMLElement} form
 * @param {Unit[]} units
 */
export function resumeAt(form, units) {
  if (isDone(form, units) && !isLeftOut(form)) return units.length - 1;
  if (!units.some((unit) => isBegun(form, unit))) return 0;
  let at = units.findIndex((unit) => isOpen(form, unit));
  if (at < 0) at = units.length - 1;
  while (at > 1 && isReading(units[at - 1]) && !isBegun(form, units[at])) at--;
  return at;
}

/** How many units there will be without beginning and end, by the longest way. @param {HTMLElement} form @param {Unit[]} units */
export function countUnits(form, units) {
  const middle = units.filter(({ kind }) => kind !== "intro" && kind !== "end").length;
  return Math.max(middle, form.querySelector(".ac-cover .ac-segments")?.childElementCount ?? 0);
}

/**
 * Fill segments, one for each unit.
 * @param {HTMLElement} form
 * @param {Element} place
 * @param {Unit[]} units
 * @param {Unit} [here]
 */
export function fillSegments(form, place, units, here) {
  const middle = units.filter(({ kind }) => kind !== "intro" && kind !== "end");
  const count = countUnits(form, units);
  const done = isDone(form, units);
  while (place.childElementCount < count) place.append(document.createElement("i"));
  for (const [i, segment] of [...place.children].entries()) {
    const unit = middle[i];
    const full = unit ? isBegun(form, unit) && !isOpen(form, unit) : false;
    segment.toggleAttribute("data-done", done || full);
    segment.toggleAttribute("data-here", unit !== undefined && unit === here);
  }
}
