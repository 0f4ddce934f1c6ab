/**
 * The exercise in Jupyter: its form, with answers in the learner's journal.
 *
 * @import { Frame } from "../form/cover.mjs"
 * @import { View } from "./model.mjs"
 */

import { offerAgain } from "../form/again.mjs";
import { answer } from "../form/answering.mjs";
import { saveCalendar } from "../form/dates.mjs";
import { all } from "../form/dom.mjs";
import { enhance } from "../form/exercise.mjs";
import { viewOf } from "../form/focus.mjs";
import { read } from "../form/form.mjs";
import { offerPictures } from "../form/picturing.mjs";
import { offerPiles } from "../form/piles.mjs";
import { KernelStore } from "./kernel-store.mjs";
import { keepKeys, keepMenu } from "./keys.mjs";
import { standIn, takePlace } from "./stand-in.mjs";

/** A notebook's widget is one file: nothing of it is loaded later. @type {Frame} */
const FRAME = {
  choiceKey: "allyship:jupyter:whole",
  load: async () => (form) => viewOf(form, false),
  saveDates: saveCalendar,
};

/** Let the form answer that stands in a view; see shared.mjs. @param {View} view */
function render(view) {
  const form = /** @type {HTMLElement} */ (view.el.firstElementChild);
  makeIdsOwn(form);
  const gone = new AbortController();
  keepKeys(form, gone.signal);
  keepMenu(form);
  const store = new KernelStore(view.model, form);
  enhance(form, store, FRAME, gone.signal)
    .then(() => offerAgain(form, read(form).answers, gone.signal))
    .then(() => takePlace(form))
    .then(() => store.replies())
    .then((replies) => {
      answer(form, store, replies, true);
      offerPiles(form);
      return offerPictures(form, store, replies);
    })
    .catch(() => {
      // What stops this has stopped the loading of answers too, and is told there.
    });
  return standIn(form, () => store.load(), gone);
}

/**
 * Make a form's ids its own: other views, notebooks and exercises stand in the same page.
 * @param {HTMLElement} form
 */
function makeIdsOwn(form) {
  // Random, not counted: every widget has its own copy of this module.
  const mark = Math.random().toString(36).slice(2);
  for (const attribute of ["id", "for", "aria-labelledby", "aria-describedby"]) {
    for (const element of [form, ...all(form, `[${attribute}]`)]) {
      const ids = element.getAttribute(attribute)?.trim().split(/\s+/u);
      if (ids) element.setAttribute(attribute, ids.map((id) => `${id}-${mark}`).join(" "));
    }
  }
}

export default { render };
