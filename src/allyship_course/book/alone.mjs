/**
 * One exercise in one file, for a page of any kind: MyST's anywidget directive, or plain HTML.
 * The build puts a constant before it, EXERCISE: the form, its style, what it answers, its words.
 *
 * @import { Replies } from "../form/answering.mjs"
 * @import { Frame } from "../form/cover.mjs"
 * @import { ModuleText } from "./course.mjs"
 *
 * @typedef {{form: string, style: string, replies: Replies, module: ModuleText}} Alone
 */

import { answer } from "../form/answering.mjs";
import { saveCalendar } from "../form/dates.mjs";
import { make, saveFile } from "../form/dom.mjs";
import { enhance } from "../form/exercise.mjs";
import { viewOf } from "../form/focus.mjs";
import { offerPiles } from "../form/piles.mjs";
import { kept, keptPaths, pageStore } from "./browser-store.mjs";
import { asJson, inOrder } from "./journal-file.mjs";
import { COURSE, siteKey } from "./site.mjs";

/** @type {Alone} */
const ALONE = /** @type {any} */ (EXERCISE);

/** The file is all there is: nothing is loaded later. @type {Frame} */
const FRAME = {
  choiceKey: siteKey("whole"),
  load: async () => (form) => viewOf(form, false),
  saveDates: saveCalendar,
};

/** @param {{el: HTMLElement}} view */
async function render({ el }) {
  el.innerHTML = ALONE.form;
  el.classList.add("ac-alone");
  const form = /** @type {HTMLElement} */ (el.firstElementChild);
  // Its style stands beside it: within a shadow root no other reaches it.
  el.append(make("style", { textContent: ALONE.style }), saving());
  dressAsThePage(el);
  const store = pageStore(form);
  await enhance(form, store, FRAME);
  answer(form, store, ALONE.replies, true);
  offerPiles(form);
}

/**
 * Dark where the text around it is light: each page has its own switch for that.
 * @param {HTMLElement} el
 */
function dressAsThePage(el) {
  const look = () => {
    const [red, green, blue] = asPixel(getComputedStyle(el).color);
    el.dataset.theme = red + green + blue > 1.5 * 255 ? "dark" : "light";
  };
  look();
  const seen = new MutationObserver(look);
  for (const one of [document.documentElement, document.body]) {
    seen.observe(one, { attributeFilter: ["class", "style", "data-theme"] });
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", look);
}

/** Red, green and blue of a colour, in whatever way it is written. @param {string} colour */
function asPixel(colour) {
  const context = make("canvas", { width: 1, height: 1 }).getContext("2d");
  if (!context) return [0, 0, 0];
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data;
}

/** What was written into this exercise, as a file that My journal takes in elsewhere. */
function saving() {
  const button = make("button", { type: "button", textContent: "Save what I wrote" });
  button.addEventListener("click", () => {
    const path = `${ALONE.module.id}/${ALONE.module.exercises[0].id}`;
    const paths = keptPaths().filter((one) => one === path);
    saveFile(`${COURSE}-journal.json`, asJson(inOrder([ALONE.module], paths, kept)));
  });
  return make("p", {}, button);
}

export default { render };
