/**
 * What a page says of the course as a whole: what is complete, and where to go on. It comes from this
 * browser's own store alone, by the rule of the grade.
 *
 * @import { Station } from "./go-on.mjs"
 */

import { make, setText } from "../form/dom.mjs";
import { kept } from "./browser-store.mjs";
import { fetchOutline } from "./course.mjs";
import { stations, whereToGoOn } from "./go-on.mjs";
import { coursePart, SITE } from "./site.mjs";

/** Mark in the contents what is complete, and offer to go on. */
export async function followProgress() {
  const modules = await fetchOutline();
  const show = () => {
    const course = stations(modules, kept);
    markContents(course);
    offerToGoOn(course);
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
