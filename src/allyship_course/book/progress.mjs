/**
 * What a page says of the course as a whole: what is complete, and where to go on. It comes from this
 * browser's own store alone, by the rule of the grade.
 *
 * @import { ModuleOutline } from "./course.mjs"
 * @import { Station } from "./go-on.mjs"
 * @import { Onward } from "./routes.mjs"
 */

import { dayHere } from "../form/days.mjs";
import { make, setText } from "../form/dom.mjs";
import { plural } from "../form/words.mjs";
import { kept } from "./browser-store.mjs";
import { turnedOver } from "./card-box.mjs";
import { fetchOutline } from "./course.mjs";
import { stations } from "./go-on.mjs";
import { dueOn } from "./leitner.mjs";
import { fetchRoutes, onwardFrom } from "./routes.mjs";
import { coursePart, SITE } from "./site.mjs";

/**
 * Mark in the contents what is complete, and lead on.
 * @param {(course: Station[], onward: Onward) => void} [show]  what else shows it
 * @returns {Promise<() => void>} to show it anew
 */
export async function followProgress(show = offerNextStop) {
  const [modules, routes] = await Promise.all([fetchOutline(), fetchRoutes()]);
  const renew = () => {
    const course = stations(modules, kept);
    markContents(course);
    show(course, onwardFrom(course, routes, Date.now()));
    offerCards(modules);
  };
  document.addEventListener("ac-kept", renew);
  addEventListener("storage", renew);
  renew();
  return renew;
}

/** @param {Station} station */
export const addressOf = ({ module, exercise }) =>
  new URL(`${module.page}#ac-${exercise.id}`, SITE).href;

/** @param {Station[]} course */
function markContents(course) {
  for (const item of coursePart("contents")?.querySelectorAll("[data-module]") ?? []) {
    const mine = course.filter(({ module }) => module.id === item.getAttribute("data-module"));
    const done = mine.filter(({ complete }) => complete).length;
    const state = item.querySelector(".state") ?? make("span", { className: "state" });
    item.querySelector("a")?.append(state);
    // Questions that one may leave open, as a journal's, are complete before anybody has come.
    const begun = mine.some(({ saved }) => saved);
    const complete = begun && done === mine.length;
    state.toggleAttribute("data-complete", complete);
    const some = begun ? `${done} of ${mine.length}` : "";
    setText(state, complete ? "complete" : some);
  }
}

/**
 * At a module's end, for who follows a route: its next stop. What an exercise shows at its own end
 * takes it from there.
 * @param {Station[]} _course
 * @param {Onward} onward
 */
function offerNextStop(_course, { next, route, at }) {
  const summary = coursePart("summary");
  const place = summary?.querySelector('[data-part="route"]');
  const link = place?.querySelector("a");
  const leads = Boolean(route && at && next);
  summary?.toggleAttribute("data-on-route", leads);
  place?.toggleAttribute("hidden", !leads);
  if (!link || !place || !route || !next) return;
  setText(place.firstElementChild, `Next on the way “${route.title}”: `);
  link.href = addressOf(next);
  setText(link, next.exercise.title);
}

/** On the first page: how many cards are due, and nothing where none is. @param {ModuleOutline[]} modules */
function offerCards(modules) {
  const onward = coursePart("continue");
  if (!onward) return;
  const due = dueOn(turnedOver(modules), dayHere()).length;
  const offer = coursePart("due") ?? make("p", { className: "due" }, make("a"));
  offer.dataset.course = "due";
  const link = /** @type {HTMLAnchorElement} */ (offer.firstElementChild);
  link.href = new URL("cards.html", SITE).href;
  setText(link, `${plural(due, "card")} to turn over, if you have two minutes`);
  if (due) onward.after(offer);
  else offer.remove();
}
