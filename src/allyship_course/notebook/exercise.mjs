/**
 * The exercise in Jupyter: its form, with answers in the learner's journal.
 *
 * @import { View } from "./model.mjs"
 */

import { all } from "../form/dom.mjs";
import { enhance } from "../form/exercise.mjs";
import { KernelStore } from "./kernel-store.mjs";
import { keepKeys, keepMenu } from "./keys.mjs";
import { putHtml } from "./model.mjs";
import { standIn, takePlace } from "./stand-in.mjs";

/** @param {View} view */
function render(view) {
  const form = putHtml(view, "form_html");
  makeIdsOwn(form);
  const gone = new AbortController();
  keepKeys(form, gone.signal);
  keepMenu(form);
  const store = new KernelStore(view.model, form);
  enhance(form, store, gone.signal).then(() => takePlace(form));
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
