/**
 * For who reads on: marks in the contents the section on screen, and reads the page aloud if asked.
 */

import { toggleReading } from "../form/aloud.mjs";
import { all } from "../form/dom.mjs";
import { showWithVoice } from "../form/voice.mjs";
import { markSections } from "./sections.mjs";
import { coursePart } from "./site.mjs";

const PIECES = "h1, h2, h3, p, li";
/** Exercises are read one at a time. */
const NOT_READ = "form, figure, details, [hidden], [data-course], .eyebrow, li li, li p";

let accompanied = false;

export function accompany() {
  if (accompanied) return;
  accompanied = true;
  markSections();
  const button = coursePart("aloud");
  if (!button) return;
  showWithVoice(button);
  button.addEventListener("click", () => toggleReading(button, pieces()));
}

const pieces = () =>
  all(document, "article")
    .flatMap((article) => all(article, PIECES))
    .filter((piece) => !piece.closest(NOT_READ));
