/**
 * The dates that a form gives to take away, as a calendar file. They carry the learner's own
 * sentence, and the address to which they lead back.
 *
 * @import { Follow } from "./calendar.mjs"
 */

import { calendarFile } from "./calendar.mjs";
import { input } from "./controls.mjs";
import { dayHere } from "./days.mjs";
import { all, saveFile, setText } from "./dom.mjs";
import { composedOf, fieldOf } from "./extras.mjs";
import { ruleOf, typeOf } from "./form.mjs";
import { dayOf } from "./values.mjs";
import { plural } from "./words.mjs";

const WEEK = 7 * 86_400_000;
const UNFILLED = "__________";

/** @param {HTMLElement} form */
export function saveCalendar(form) {
  const follows = followUps(form);
  const file = calendarFile(follows, new Date());
  if (follows.length) saveFile(`${form.dataset.exercise}.ics`, file, "text/calendar");
  const words = follows.length
    ? `${plural(follows.length, "date")} saved.`
    : "Choose a date first.";
  setText(form.querySelector(".ac-calendar .ac-copied"), words);
}

/**
 * The follow-ups of a form that have a day.
 * @param {HTMLElement} form
 * @returns {Follow[]}
 */
function followUps(form) {
  const note = ownSentence(form);
  const address = leadsBackTo(form);
  const { module, exercise } = form.dataset;
  return all(form, "[data-event]").flatMap((event) => {
    const { weeks, day: field = "", event: title = "" } = event.dataset;
    const day = weeks ? dayHere(Date.now() + Number(weeks) * WEEK) : dayIn(form, field);
    const which = weeks ? `${weeks}w` : field;
    const id = `${module}-${exercise}-${which}@allyship-course`;
    return day ? [{ id, day, title, note, address }] : [];
  });
}

/** @param {HTMLElement} form @param {string} id */
function dayIn(form, id) {
  const field = fieldOf(form, id);
  const day = field ? input(field).value : "";
  return dayOf(day) ? day : "";
}

/** The first line of the text that a form puts together, or its own line. @param {HTMLElement} form */
function ownSentence(form) {
  const [first = ""] = composedOf(form)?.textContent?.trim().split("\n") ?? [];
  if (first && !first.includes(UNFILLED)) return first;
  const field = fieldOf(form, form.dataset.own);
  return field && ruleOf(form).fields[form.dataset.own ?? ""]
    ? typeOf(form, field).words(field)
    : "";
}

/** The page that the dates lead back to: the one that is named, or the form's own. @param {HTMLElement} form */
function leadsBackTo(form) {
  if (form.dataset.place !== "page") return "";
  /** @type {HTMLAnchorElement | null} */
  const named = form.querySelector(".ac-calendar a[data-back]");
  return named ? named.href : `${location.href.split("#")[0]}#${form.id}`;
}
