/** A module's end: what somebody wrote in it, of the lines that its author named; the certificate. */

import { all, setText } from "../form/dom.mjs";
import { TYPES } from "../form/fields.mjs";
import { ruleOf } from "../form/form.mjs";
import { showCertificate } from "./certificate.mjs";
import { coursePart } from "./site.mjs";
import { watchForms } from "./summary.mjs";

/** @param {HTMLElement} summary */
export function fillModuleEnd(summary) {
  watchForms(summary);
  const lines = coursePart("own-lines");
  if (lines) showOwnLines(lines);
  const certificate = coursePart("certificate");
  if (certificate) showCertificate(certificate);
}

/** @param {HTMLElement} place */
function showOwnLines(place) {
  const show = () => {
    for (const label of all(place, "[data-line]")) {
      const words = wordsAt(label.dataset.line ?? "");
      setText(label.nextElementSibling, words);
      for (const one of [label, label.nextElementSibling]) one?.toggleAttribute("hidden", !words);
    }
    place.toggleAttribute("hidden", !place.querySelector("dd:not([hidden])"));
  };
  // What a form shows, it tells itself alone: it is heard on the way there.
  document.addEventListener("ac-shown", show, true);
  show();
}

/** An answer on this page, in words. @param {string} path  exercise/field */
function wordsAt(path) {
  const [exercise, field] = path.split("/");
  const form = document.getElementById(`ac-${exercise}`);
  /** @type {HTMLElement | null | undefined} */
  const place = form?.querySelector(`[data-field="${field}"]`);
  return form && place ? TYPES[ruleOf(form).fields[field].type].words(place) : "";
}
