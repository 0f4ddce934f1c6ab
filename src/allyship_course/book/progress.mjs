/**
 * What a page says of the course as a whole: what is complete, and where to go on. It comes from this
 * browser's own store alone, by the rule of the grade.
 *
 * @import { ModuleOutline } from "./course.mjs"
 * @import { Station } from "./go-on.mjs"
 */

import { dayHere } from "../form/days.mjs";
import { make, setText } from "../form/dom.mjs";
import { plural } from "../form/words.mjs";
import { kept } from "./browser-store.mjs";
import { turnedOver } from "./card-box.mjs";
import { fetchOutline } from "./course.mjs";
import { stations, whereToGoOn } from "./go-on.mjs";
import { dueOn } from "./leitner.mjs";
import { coursePart, SITE } from "./site.mjs";

/** Mark in the contents what is complete, and offer to go on. */
export async function followProgress() {
  const modules = await fetchOutline();
  const show = () => {
    const course = stations(modules, kept);
    markContents(course);
    offerToGoOn(course);
    offerCards(modules);
  };
  document.addEventListener("ac-kept", show);
  addEventListener("storage", show);
  show();
}

/** @param {Station[]} course */
function markContents(course) {
  for (const item of coursePart("contents")?.querySelectorAll("[data-module]") ?? []) {
    const mine = course.filter(({ module }) => module.id === item.getAttribute("data-module"));
    const done = mine.filter(({ complete }) => complete).length;
    const state = item.querySelector(".state") ?? make("span", { className: "state" });
    item.querySelector("a")?.append(state);
    state.toggleAttribute("data-complete", done === mine.length);
    const some = mine.some(({ saved }) => saved) ? `${done} of ${mine.length}` : "";
    setText(state, done === mine.length ? "complete" : some);
  }
}

/** @param {Station[]} course */
function offerToGoOn(course) {
  const anchor = coursePart("continue")?.querySelector("a");
  if (!anchor) return;
  const next = whereToGoOn(course, Date.now());
  if (next) {
    anchor.href = new URL(`${next.module.page}#ac-${next.exercise.id}`, SITE).href;
    const where = make("span", { textContent: `${next.module.title}, ${next.exercise.title}` });
    anchor.replaceChildren("Continue where you left: ", where);
  } else {
    setText(anchor, "You have been through all of it. Begin again, or look around");
  }
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
