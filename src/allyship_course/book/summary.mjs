/** What a page says of its own exercises: how many are complete, one's own lines, what is next. */

import { all, setText } from "../form/dom.mjs";
import { TYPES } from "../form/fields.mjs";
import { ruleOf } from "../form/form.mjs";
import { plural } from "../form/words.mjs";
import { coursePart } from "./site.mjs";

/** At a module's head and end: how many of its exercises are complete, and what is next. */
export function watchForms() {
  const summary = coursePart("summary");
  if (!summary) return;
  const forms = all(document, "form.ac-exercise");
  showLines(summary);
  // What a form shows, it tells itself alone: it is heard on the way there.
  document.addEventListener("ac-shown", () => showLines(summary), true);
  const eyebrow = document.querySelector(".eyebrow");
  const length = eyebrow?.textContent;
  const show = () => {
    const done = forms.filter(isComplete);
    const count = `${done.length} of ${plural(forms.length, "exercise")} complete`;
    setText(summary.querySelector("p"), `${count} on this device.`);
    if (length) setText(eyebrow, done.length ? `${length} · ${count}` : length);
    for (const [i, item] of all(summary, "ul > li").entries()) {
      if (item.lastChild)
        item.lastChild.textContent = isComplete(forms[i]) ? ": complete" : ": open";
    }
    showNext(
      summary,
      forms.find((form) => !isComplete(form)),
    );
  };
  const watch = new MutationObserver(show);
  for (const form of forms) {
    watch.observe(form, { attributes: true, attributeFilter: ["data-complete"] });
  }
  show();
}

/** @param {HTMLElement} form */
const isComplete = (form) => form.hasAttribute("data-complete");

/**
 * At a module's end: what somebody wrote, of the lines that its author named.
 * @param {HTMLElement} summary
 */
function showLines(summary) {
  const list = summary.querySelector("dl");
  for (const label of all(summary, "[data-line]")) {
    const words = wordsAt(label.dataset.line ?? "");
    setText(label.nextElementSibling, words);
    for (const one of [label, label.nextElementSibling]) one?.toggleAttribute("hidden", !words);
  }
  list?.toggleAttribute("hidden", !list.querySelector("dd:not([hidden])"));
}

/** An answer on this page, in words. @param {string} path  exercise/field */
function wordsAt(path) {
  const [exercise, field] = path.split("/");
  const form = document.getElementById(`ac-${exercise}`);
  /** @type {HTMLElement | null | undefined} */
  const place = form?.querySelector(`[data-field="${field}"]`);
  return form && place ? TYPES[ruleOf(form).fields[field].type].words(place) : "";
}

/**
 * At a module's end: the exercise that is open, or else the next module.
 * @param {HTMLElement} summary
 * @param {HTMLElement | undefined} open
 */
function showNext(summary, open) {
  /** @type {HTMLAnchorElement | null} */
  const next = summary.querySelector('[data-part="next"] a');
  /** @type {HTMLAnchorElement | null} */
  const after = document.querySelector('.onward [rel="next"]');
  const onward = open ? `#${open.id}` : after?.href;
  next?.parentElement?.toggleAttribute("hidden", !onward);
  if (!next || !onward) return;
  next.href = onward;
  setText(next, (open?.querySelector(".ac-title") ?? after?.lastChild)?.textContent ?? "");
}
