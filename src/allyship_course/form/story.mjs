/**
 * A case as a story: a choice folds the others away, and before the end stands the way that was
 * taken, with who gained and who paid on it.
 *
 * @import { Unit } from "./units.mjs"
 */

import { checked, radios } from "./controls.mjs";
import { all, make } from "./dom.mjs";
import { ruleOf } from "./form.mjs";
import { stepsOf, wayOf } from "./units.mjs";

/** Columns of the sum: how an effect is named in the form, and in words. */
const EFFECTS = [
  ["gains", "gained"],
  ["pays", "paid"],
  ["unasked", "was not asked"],
];

/** @param {HTMLElement} form */
export function furnishStory(form) {
  for (const field of all(form, "[data-step] fieldset:has(> .ac-said)")) furnishChoice(field);
  // Only a pointer folds at once: the arrow keys go from one choice to the next to read them.
  let byPointer = false;
  form.addEventListener("pointerdown", () => {
    byPointer = true;
  });
  form.addEventListener("keydown", () => {
    byPointer = false;
  });
  form.addEventListener("input", (event) => {
    const field = /** @type {HTMLElement} */ (event.target).closest("fieldset");
    if (!byPointer || !form.hasAttribute("data-view") || !field?.querySelector(".ac-otherwise"))
      return;
    field.setAttribute("data-settled", "");
    field.scrollIntoView({ block: "start" });
  });
}

/** @param {HTMLElement} field */
function furnishChoice(field) {
  if (!field.querySelector(":scope > label > input[type=radio]")) return;
  const otherwise = make("button", { type: "button", className: "ac-otherwise" });
  otherwise.textContent = "Choose otherwise";
  otherwise.addEventListener("click", () => {
    field.removeAttribute("data-settled");
    radios(field)
      .find((radio) => radio.checked)
      ?.focus();
  });
  field.querySelector(".ac-said")?.before(otherwise);
}

/** Fold the choices of a step that are made. @param {Unit} unit */
export function settle(unit) {
  for (const field of unit.parts.flatMap((part) => all(part, "fieldset:has(> .ac-otherwise)")))
    field.toggleAttribute("data-settled", checked(field) !== undefined);
}

/** @typedef {{id: string, next: string[]}} Place  a step, and where it can lead */

/**
 * Show the way before the last question of a case, where it has one.
 * @param {HTMLElement} form
 * @param {Unit} unit
 */
export function tellWay(form, unit) {
  form.querySelector(".ac-way")?.remove();
  if (!ruleOf(form).steps.some(({ next }) => next.length > 1)) return;
  const { way, ended } = wayOf(form);
  if (!ended || (unit.step !== way.at(-1) && unit.kind !== "end")) return;
  const figure = drawWay(form, way);
  const sum = sumOf(way);
  if (sum) figure.append(sum);
  const question = all(way[way.length - 1], ":scope > [data-field]:not(:has([data-next]))")[0];
  if (question && unit.kind !== "end") question.before(figure);
  else if (!question) form.querySelector(".ac-end")?.append(figure);
}

/**
 * The steps in layers: each as late as its longest way from the first.
 * @param {Place[]} places
 */
export function layersOf(places) {
  const depth = new Map([[places[0].id, 0]]);
  for (const _ of places)
    for (const { id, next } of places)
      for (const to of next)
        if (depth.has(id) && places.some((one) => one.id === to)) {
          const deeper = Math.min((depth.get(id) ?? 0) + 1, places.length - 1);
          depth.set(to, Math.max(depth.get(to) ?? 0, deeper));
        }
  /** @type {string[][]} */
  const layers = [];
  for (const [id, at] of depth) {
    layers[at] ??= [];
    layers[at].push(id);
  }
  return layers.filter(Boolean);
}

/**
 * How many ways lead from a step to an end.
 * @param {Place[]} places
 * @param {string} id
 * @param {string[]} [passed]
 * @returns {number}
 */
export function waysFrom(places, id, passed = []) {
  const place = places.find((one) => one.id === id);
  if (!place || passed.includes(id)) return 1;
  const before = [...passed, id];
  return place.next.reduce((sum, next) => sum + waysFrom(places, next, before), 0);
}

/** @param {HTMLElement} form @param {HTMLElement[]} way */
function drawWay(form, way) {
  const places = ruleOf(form).steps;
  const caption = `Your way, one of ${waysFrom(places, places[0].id)}. Press a place to go back to it.`;
  const items = layersOf(places).map((layer) => {
    const step = way.find(({ dataset }) => layer.includes(dataset.step ?? ""));
    const dots = layer.map((id) => {
      const dot = make("i");
      dot.toggleAttribute("data-taken", id === step?.dataset.step);
      return dot;
    });
    const fork = make("span", { className: "ac-fork" }, ...dots);
    fork.setAttribute("aria-hidden", "true");
    return make("li", {}, fork, step ? placeButton(step) : passedBy(form, layer));
  });
  return make(
    "figure",
    { className: "ac-way" },
    make("figcaption", { textContent: caption }),
    make("ol", {}, ...items),
  );
}

/** @param {HTMLElement} step */
const titleOf = (step) => step.querySelector("h4")?.textContent ?? "";

/** @param {HTMLElement} step */
function placeButton(step) {
  const chosen = radios(step).find((radio) => radio.checked)?.labels?.[0].textContent ?? "";
  const button = make("button", { type: "button" }, make("b", { textContent: titleOf(step) }));
  if (chosen) button.append(" ", make("span", { textContent: chosen }));
  button.addEventListener("click", () => step.dispatchEvent(new Event("ac-go", { bubbles: true })));
  return button;
}

/** @param {HTMLElement} form @param {string[]} layer */
function passedBy(form, layer) {
  const only = layer.length === 1 && stepsOf(form).find(({ dataset }) => dataset.step === layer[0]);
  const words = only
    ? `${titleOf(only)}: your way does not come by here`
    : "Your way passes these by";
  return make("span", { className: "ac-passed", textContent: words });
}

/**
 * Who gained, paid and was not asked along a way, as the steps of the form say it.
 * @param {HTMLElement[]} way
 */
function sumOf(way) {
  /** @type {Map<string, string[]>} */
  const people = new Map();
  for (const effect of way.flatMap((step) => all(step, ".ac-said [data-kind]"))) {
    const who = effect.querySelector("strong")?.textContent ?? "";
    people.set(who, [...(people.get(who) ?? []), effect.dataset.kind ?? ""]);
  }
  if (!people.size) return null;
  const rows = [...people].map(([who, kinds]) => {
    const cells = EFFECTS.map(([kind, words]) => {
      const count = kinds.filter((one) => one === kind).length;
      const cell = make("td");
      for (let i = 0; i < count; i++) cell.append(make("i", { className: `ac-${kind}` }));
      cell.append(make("span", { className: "ac-unseen", textContent: `${words} ${count}×` }));
      return cell;
    });
    const name = make("th", { scope: "row", textContent: who });
    return make("tr", {}, name, ...cells);
  });
  const head = ["", ...EFFECTS.map(([, words]) => words)].map((words) =>
    words ? make("th", { scope: "col", textContent: words }) : make("td"),
  );
  return make(
    "table",
    { className: "ac-sum" },
    make("caption", { textContent: "Who gained and who paid on your way" }),
    make("thead", {}, make("tr", {}, ...head)),
    make("tbody", {}, ...rows),
  );
}
