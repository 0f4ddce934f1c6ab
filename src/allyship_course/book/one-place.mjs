/** What this browser kept of the course under another spelling of its address, /Course/ for /course/. */

import { EMPTY } from "../form/rule.mjs";
import { DAMAGED, SCHEMA } from "./browser-store.mjs";
import { COURSE, PLACE, samePlace } from "./site.mjs";

const NAME = /^([a-z0-9-]+):(\/.*?):(.+)$/u;

/** Bring all of it under the one name that it is sought by now. Nothing that was written is lost. */
export function bringToOnePlace() {
  try {
    for (const name of Object.keys(localStorage)) bring(name);
  } catch {
    // The browser keeps nothing for this page, or has no room: what is there stays where it is.
  }
}

/** @param {string} name */
function bring(name) {
  const [, kind, path, rest] = NAME.exec(name) ?? [];
  if (kind !== COURSE && kind !== "allyship-unsaved") return;
  if (!path || path === PLACE || samePlace(path) !== PLACE) return;
  const text = localStorage.getItem(name) ?? "";
  const target = `${kind}:${PLACE}:${rest}`;
  const there = localStorage.getItem(target);
  if (there === null) localStorage.setItem(target, text);
  else if (there !== text && rest.includes("/")) putBeside(rest, text);
  localStorage.removeItem(name);
}

/**
 * Something else stands under the name already: this goes where a page that died leaves what it
 * had, and the exercise brings both together when it is opened.
 * @param {string} rest  module/exercise, and perhaps more
 * @param {string} text
 */
function putBeside(rest, text) {
  const exercise = rest.replace(/:.*/u, "");
  const end = Math.random().toString(36).slice(2);
  const draft = draftOf(text);
  if (draft) localStorage.setItem(`allyship-unsaved:${PLACE}:${exercise}:${end}`, draft);
  else localStorage.setItem(`${COURSE}:${PLACE}:${exercise}${DAMAGED}-${end}`, text);
}

/** @param {string} text  a draft already, a note, or what this version can't read */
function draftOf(text) {
  try {
    const data = JSON.parse(text);
    if (data.note) return text;
    if (data.schema !== SCHEMA) return undefined;
    const { answers, passed } = data;
    const changed = [...Object.keys(answers), "/pass"];
    return JSON.stringify({ note: { answers, passed, shared: false }, changed, before: EMPTY });
  } catch {
    return undefined;
  }
}
