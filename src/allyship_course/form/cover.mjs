/**
 * An exercise's cover: how far it is, *Begin*, *I'd rather not*, *Show it all here*. What *Begin*
 * shows is loaded only then.
 *
 * @import { Host } from "./focus.mjs"
 *
 * @typedef {object} Frame  where a form stands
 * @property {string} choiceKey  under which the browser remembers who wants to see all at once
 * @property {() => Promise<(form: HTMLElement) => Host>} load  gives what opens an exercise
 * @property {(form: HTMLElement) => void} saveDates  gives the form's dates as a file
 */

import { all, setText } from "./dom.mjs";
import { countUnits, fillSegments, isDone, isLeftOut, resumeAt, unitsOf } from "./units.mjs";

/** Stands for every exercise where the ids of those are kept that are shown whole. */
const EVERY = "*";
const CHOSEN = "ac-whole-chosen";

/** @param {HTMLElement} form @param {Frame} frame @param {AbortSignal} [signal] */
export function offerCover(form, frame, signal) {
  const press = (/** @type {string} */ selector, /** @type {() => void} */ act) =>
    form.querySelector(selector)?.addEventListener("click", act);
  const id = `${form.dataset.module}/${form.dataset.exercise}`;
  const showWhole = () => {
    const chosen = chosenWhole(frame.choiceKey);
    const every = chosen.includes(EVERY);
    form.toggleAttribute("data-whole", every || chosen.includes(id));
    form.querySelector("[data-always]")?.toggleAttribute("hidden", every);
    document.documentElement.classList.toggle("ac-whole", every);
  };
  const choose = (/** @type {string[]} */ ids) => {
    remember(frame.choiceKey, ids);
    dispatchEvent(new Event(CHOSEN));
  };
  addEventListener(CHOSEN, showWhole, { signal });
  press("[data-begin]", async () => (await frame.load())(form).open());
  press("[data-leave]", () => leaveOut(form));
  press("[data-show-all]", () => {
    choose([...chosenWhole(frame.choiceKey), id]);
    focusOn(form, ".ac-title");
  });
  press("[data-always]", () => choose([EVERY]));
  press("[data-one]", () => {
    choose(chosenWhole(frame.choiceKey).filter((one) => one !== id && one !== EVERY));
    focusOn(form, "[data-begin]");
  });
  new MutationObserver(() => tellCover(form)).observe(form, {
    attributeFilter: ["data-complete", "data-ready", "data-view"],
  });
  form.addEventListener("ac-shown", () => tellCover(form));
  showWhole();
  tellCover(form);
}

/** The exercises that are shown whole. @type {Map<string, string[]>} */
const remembered = new Map();

/** @param {string} key */
function chosenWhole(key) {
  try {
    return (localStorage.getItem(key) ?? "").split(" ").filter(Boolean);
  } catch {
    return remembered.get(key) ?? []; // It lasts as long as the page, then.
  }
}

/** @param {string} key @param {string[]} ids */
function remember(key, ids) {
  remembered.set(key, ids);
  try {
    if (ids.length) localStorage.setItem(key, ids.join(" "));
    else localStorage.removeItem(key);
  } catch {
    // As above.
  }
}

/** @param {HTMLElement} form @param {string} selector */
function focusOn(form, selector) {
  const target = /** @type {HTMLElement | null} */ (form.querySelector(selector));
  if (target?.matches("button") === false) target.tabIndex = -1;
  target?.focus();
}

/** Tick or take back "I'd rather not do this one". @param {HTMLElement} form */
export function leaveOut(form) {
  const pass = /** @type {HTMLInputElement | null} */ (form.querySelector("[data-pass]"));
  pass?.click();
}

/** @param {HTMLElement} form */
function tellCover(form) {
  const units = unitsOf(form);
  const passed = isLeftOut(form);
  const at = resumeAt(form, units);
  const complete = isDone(form, units);
  const goOn = `Go on at ${Math.min(at, countUnits(form, units))} of ${countUnits(form, units)}`;
  const words = at ? goOn : "Begin";
  setText(form.querySelector("[data-begin]"), complete && !passed ? "Look again" : words);
  setText(form.querySelector("[data-leave]"), passed ? "Do it after all" : "I’d rather not");
  const left = "Left out by choice. It counts as complete, and nobody asks why.";
  setText(form.querySelector(".ac-state"), passed ? left : complete ? "Complete" : "");
  for (const place of all(form, ".ac-segments")) fillSegments(form, place, units);
}
