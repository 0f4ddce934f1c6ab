/**
 * What a page loads when somebody begins a form: what it answers, and how it does that.
 *
 * @import { Replies } from "../form/answering.mjs"
 */

import { answer } from "../form/answering.mjs";
import { read } from "../form/form.mjs";
import { same } from "../form/values.mjs";
import { pageStore } from "./browser-store.mjs";
import { fetchJson } from "./course.mjs";
import { loadStyle } from "./site.mjs";

/** One file for each module, fetched once. @type {Map<string, Promise<Record<string, Replies>>>} */
const files = new Map();

/**
 * What the forms of a module answer, by exercise.
 * @param {string} module
 * @returns {Promise<Record<string, Replies>>}
 */
function repliesOf(module) {
  const file = files.get(module) ?? fetchJson(`_static/replies/${module}.json`);
  files.set(module, file);
  file.catch(() => files.delete(module));
  return file;
}

/** @param {HTMLElement} form */
export async function letAnswer(form) {
  const before = read(form).answers;
  const replies = await repliesOf(form.dataset.module ?? "");
  const quietly = same(before, read(form).answers);
  const said = replies[form.dataset.exercise ?? ""] ?? {};
  answer(form, pageStore(form), said, quietly);
  // The map of a case is wanted at its end only.
  if (said.picture || (said.map && form.querySelector(".ac-way"))) showPictures(form, said);
  else if (said.map)
    form.addEventListener("ac-way", () => showPictures(form, said), { once: true });
  if (!form.querySelector(".ac-cards")) return;
  if (form.matches('[data-kind="end"]')) showPiles(form);
  else form.addEventListener("ac-ended", () => showPiles(form), { once: true });
}

/** @param {HTMLElement} form */
async function showPiles(form) {
  try {
    const loading = import("../form/piles.mjs");
    await loadStyle("drawing.css");
    (await loading).offerPiles(form);
  } catch {
    // No line just now: each card says where it was put.
  }
}

/** @param {HTMLElement} form @param {Replies} said */
async function showPictures(form, said) {
  try {
    const loading = import("../form/picturing.mjs");
    await loadStyle("drawing.css");
    const { offerPictures } = await loading;
    await offerPictures(form, pageStore(form), said);
  } catch {
    // No line just now: what a picture shows stands in the form in words.
  }
}
