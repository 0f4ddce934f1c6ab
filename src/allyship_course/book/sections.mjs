/** Marks in the contents which section of the page is on screen. */

import { all } from "../form/dom.mjs";
import { coursePart } from "./site.mjs";

/** How far down the window a section's head is when one begins to read it. */
const READING_LINE = 0.35;

export function markSections() {
  const contents = coursePart("contents");
  if (!contents) return;
  const links = all(contents, 'ul a[href^="#"]');
  const mark = () => {
    const line = innerHeight * READING_LINE;
    const here = links.filter((link) => topOf(link) <= line).at(-1);
    for (const link of links) {
      if (link === here) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
    if (here) keepInSight(contents, here);
  };
  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      mark();
    });
  };
  addEventListener("scroll", soon, { passive: true });
  contents.addEventListener("toggle", mark);
  mark();
}

/** @param {HTMLElement} link  to a section of this page */
function topOf(link) {
  const id = decodeURIComponent(link.getAttribute("href")?.slice(1) ?? "");
  return document.getElementById(id)?.getBoundingClientRect().top ?? Number.POSITIVE_INFINITY;
}

/** Scroll the contents, and nothing else, so far that a link is seen. @param {HTMLElement} contents @param {HTMLElement} link */
function keepInSight(contents, link) {
  const box = contents.getBoundingClientRect();
  const { top, bottom } = link.getBoundingClientRect();
  if (top < box.top) contents.scrollTop -= box.top - top;
  else if (bottom > box.bottom) contents.scrollTop += bottom - box.bottom;
}
