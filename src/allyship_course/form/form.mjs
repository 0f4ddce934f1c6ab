/**
 * What stands in a form, and what follows from it: consequences, counts, the steps reached, progress.
 *
 * @import { Answers, Completion, Note, Rule } from "./rule.mjs"
 */

import { radios } from "./controls.mjs";
import { all, setText } from "./dom.mjs";
import { showExtras } from "./extras.mjs";
import { TYPES } from "./fields.mjs";
import { answered, completion } from "./rule.mjs";
import { own, same } from "./values.mjs";
import { plural } from "./words.mjs";

/** @param {HTMLElement} form */
const fieldsOf = (form) => all(form, "[data-field]");

/** Under which name a field's answer is kept: its id, and the day where it is a later answer. @param {HTMLElement} field */
export const keyOf = ({ dataset: { field = "", entry } }) => (entry ? `${field}@${entry}` : field);

/** Answers of other days, where a form has them. @type {WeakMap<HTMLElement, Answers>} */
const otherDays = new WeakMap();

/** @param {HTMLElement} form @param {string} selector @returns {HTMLInputElement | null} */
const box = (form, selector) => form.querySelector(selector);

/** @type {WeakMap<HTMLElement, Rule>} */
const rules = new WeakMap();

/** @param {HTMLElement} form @returns {Rule} */
export function ruleOf(form) {
  const rule = rules.get(form) ?? JSON.parse(form.dataset.rule ?? "{}");
  rules.set(form, rule);
  return rule;
}

/**
 * The type of a field of a form.
 * @param {HTMLElement} form
 * @param {HTMLElement} field
 */
export const typeOf = (form, field) => TYPES[ruleOf(form).fields[field.dataset.field ?? ""].type];

/**
 * Read what the form holds.
 * @param {HTMLElement} form
 * @returns {Note}
 */
export function read(form) {
  /** @type {Answers} */
  const answers = { ...otherDays.get(form) };
  for (const field of fieldsOf(form)) {
    const value = typeOf(form, field).read(field);
    if (value !== undefined) answers[keyOf(field)] = value;
  }
  return {
    answers,
    passed: box(form, "[data-pass]")?.checked ?? false,
    shared: box(form, "[data-share]")?.checked ?? false,
  };
}

/**
 * Put a note into the form; what stands in it already is not touched.
 * @param {HTMLElement} form
 * @param {Note} note
 * @returns {boolean} whether anything is another now
 */
export function write(form, note) {
  const before = read(form);
  const rest = { ...note.answers };
  for (const field of fieldsOf(form)) {
    const value = own(note.answers, keyOf(field));
    delete rest[keyOf(field)];
    if (!same(typeOf(form, field).read(field), value)) typeOf(form, field).write(field, value);
  }
  if (form.dataset.again) otherDays.set(form, rest);
  const pass = box(form, "[data-pass]");
  const share = box(form, "[data-share]");
  if (pass) pass.checked = note.passed;
  if (share) share.checked = note.shared;
  return !same(read(form), before);
}

/**
 * Show what follows from the answers; quietly, where nobody has just changed them.
 * @param {HTMLElement} form
 * @param {boolean} quietly
 */
export function show(form, quietly = false) {
  const rule = ruleOf(form);
  for (const field of fieldsOf(form)) {
    typeOf(form, field).show?.(field, rule.fields[field.dataset.field ?? ""], quietly);
  }
  showExtras(form, rule);
  const note = read(form);
  const { fields } = answered(rule, note.answers);
  const state = completion(rule, fields, note.passed);
  showSteps(form, fields, quietly);
  form.toggleAttribute("data-complete", state.complete);
  // Before it is known what was kept earlier, nothing is said of how far it is.
  const begun = Object.keys(note.answers).length > 0;
  const far = progressInWords(state, form.querySelector("[data-step]"), begun);
  const words = far + notYet(form, rule, note, state);
  // What was just cleared says how it comes back, whatever is shown anew meanwhile.
  if (!form.hasAttribute("data-cleared"))
    setText(form.querySelector(".ac-progress"), form.hasAttribute("data-known") ? words : "");
  if (quietly) openAnswered(form, fields);
  form.dispatchEvent(new CustomEvent("ac-shown", { detail: { quietly, fields } }));
}

/**
 * Nobody has to look for what they wrote under "Write more".
 * @param {HTMLElement} form
 * @param {string[]} answeredFields
 */
function openAnswered(form, answeredFields) {
  for (const more of all(form, "details.ac-folded")) {
    const id = more.querySelector("[data-field]")?.getAttribute("data-field") ?? "";
    if (answeredFields.includes(id)) more.setAttribute("open", "");
  }
}

/**
 * What the count of whole fields leaves unsaid: cards that are placed, and a way that is complete
 * while another one is on screen.
 * @param {HTMLElement} form
 * @param {Rule} rule
 * @param {Note} note
 * @param {Completion} state
 */
function notYet(form, rule, note, state) {
  if (state.passed) return "";
  if (state.complete && !form.hasAttribute("data-ended"))
    return " The way that you see now is another one, and has a step that is still open.";
  const parts = Object.entries(rule.fields).flatMap(([id, { cards }]) => {
    const placed = Object.keys(own(note.answers, id) ?? {}).length;
    const some = cards && placed && placed < cards.length;
    return some ? [`${placed} of ${plural(cards.length, "card")} placed.`] : [];
  });
  return parts.length ? ` ${parts.join(" ")}` : "";
}

/**
 * @param {Completion} state
 * @param {Element | null} step  the first one, where the exercise branches
 * @param {boolean} begun  whether anything stands in the form
 */
function progressInWords(state, step, begun) {
  if (state.passed) return "Left out by choice. It counts as complete.";
  if (state.complete)
    return begun || state.required ? "Complete." : "Nothing here has to be answered.";
  if (!state.done) return begun ? "Begun." : "Nothing answered yet.";
  if (step) return `${plural(state.done, "answer")} so far.`;
  return `${state.done} of ${state.required} answered.`;
}

/** @param {HTMLElement} form @param {string[]} answeredFields @param {boolean} quietly */
function showSteps(form, answeredFields, quietly) {
  const steps = all(form, "[data-step]");
  const { ids, ended } = route(form, steps, answeredFields);
  let opened = "";
  for (const step of steps) {
    const reached = ids.includes(step.dataset.step ?? "");
    const opens = reached && !step.hasAttribute("data-reached");
    if (opens) opened = step.querySelector("h4")?.textContent ?? "";
    step.toggleAttribute("data-reached", reached);
  }
  form.toggleAttribute("data-ended", !steps.length || ended);
  if (opened && !quietly) {
    setText(form.querySelector(".ac-announce"), `It goes on below: ${opened}`);
  }
}

/**
 * The steps that the answers lead through, the first one always among them.
 * @param {HTMLElement} form
 * @param {HTMLElement[]} steps
 * @param {string[]} answeredFields
 */
function route(form, steps, answeredFields) {
  const rule = ruleOf(form);
  /** @type {string[]} */
  const ids = [];
  let id = steps[0]?.dataset.step;
  while (id && id !== "end" && !ids.includes(id)) {
    ids.push(id);
    const step = steps.find((one) => one.dataset.step === id);
    const fields = rule.steps.find((one) => one.id === id)?.fields ?? [];
    const open = fields.some((f) => rule.fields[f].required && !answeredFields.includes(f));
    const chosen = step && radios(step).find((radio) => radio.checked && radio.dataset.next);
    id = open ? undefined : (chosen?.dataset.next ?? step?.dataset.next);
  }
  return { ids, ended: id === "end" };
}
