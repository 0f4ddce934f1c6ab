/**
 * A case as a story: a choice folds the others away, and before the end stands the way that was
 * taken, with who gained and who paid on it.
 *
 * @import { Unit } from "./units.mjs"
 */

import { checked, radios } from "./controls.mjs";
import { all, make } from "./dom.mjs";
import { ruleOf } from "./form.mjs";
import { wayOf } from "./units.mjs";

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
  const figure = drawWay(way);
  const sum = sumOf(way);
  if (sum) figure.append(sum);
  const question = all(way[way.length - 1], ":scope > [data-field]:not(:has([data-next]))")[0];
  if (question && unit.kind !== "end") question.before(figure);
  else if (!question) form.querySelector(".ac-end")?.append(figure);
  form.dispatchEvent(new Event("ac-way"));
}

/** @param {HTMLElement[]} way */
function drawWay(way) {
  const stops = way.map((step) => {
    const stop = make("li", {}, placeButton(step));
    stop.dataset.stop = step.dataset.step;
    return stop;
  });
  return make(
    "figure",
    { className: "ac-way" },
    make("figcaption", { textContent: "Your way. Press a place to go back to it." }),
    make("ol", {}, ...stops),
  );
}

/** @param {HTMLElement} step */
function placeButton(step) {
  const chosen = radios(step).find((radio) => radio.checked)?.labels?.[0].textContent ?? "";
  const button = make(
    "button",
    { type: "button" },
    make("b", { textContent: step.querySelector("h4")?.textContent ?? "" }),
  );
  if (chosen) button.append(" ", make("span", { textContent: chosen }));
  button.addEventListener("click", () => step.dispatchEvent(new Event("ac-go", { bubbles: true })));
  return button;
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
