/**
 * What is done with answers in this browser apart from their forms: kept, shared, deleted, and taken
 * up where a page that ended has left them.
 *
 * @import { Kept, Rule } from "../form/rule.mjs"
 */

import { Drafts, dropDrafts, rescue } from "../form/drafts.mjs";
import { EMPTY } from "../form/rule.mjs";
import { alone, announce, keepChanged, kept, parseKept, put } from "./browser-store.mjs";
import { PLACE, siteKey } from "./site.mjs";

/** Put a note into the store, and tell this page; other tabs hear it from the browser. @param {string} path @param {Kept} note */
export function keep(path, note) {
  put(path, note);
  announce();
}

/** Delete what is kept of an exercise, and what is on its way. @param {string} path */
export function forget(path) {
  // What is on its way first: a form that still has it must not find that it is to be kept.
  dropDrafts(PLACE, path);
  localStorage.removeItem(siteKey(path));
  announce();
}

/** Delete all that this site keeps, but what ``stays``. @param {string[]} stays */
export function forgetAll(stays) {
  dropDrafts(PLACE);
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(siteKey("")) && !stays.includes(key)) localStorage.removeItem(key);
  }
  announce();
}

/** Whether this browser keeps anything for this site. */
export function canKeep() {
  try {
    localStorage.setItem(siteKey("try"), "");
    localStorage.removeItem(siteKey("try"));
    return true;
  } catch {
    return false;
  }
}

/**
 * Share what is kept of an exercise, or no longer. What was deleted meanwhile stays so.
 * @param {string} path
 * @param {boolean} shared
 */
export const share = (path, shared) =>
  alone(path, () => {
    if (kept(path)) keepChanged(path, { ...EMPTY, shared }, new Set(["/share"]));
    announce();
  });

/**
 * Keep what pages have left behind that ended before they could: where all is shown, it is there too.
 * @param {{id: string, exercises: {id: string, rule: Rule}[]}[]} modules
 */
export async function keepLeft(modules) {
  for (const module of modules) {
    for (const { id, rule } of module.exercises) {
      const path = `${module.id}/${id}`;
      const drafts = new Drafts(PLACE, path);
      if (drafts.others().length) await alone(path, () => keepLeftOf(path, drafts, rule));
    }
  }
}

/** @param {string} path @param {Drafts} drafts @param {Rule} rule */
function keepLeftOf(path, drafts, rule) {
  const left = drafts.others();
  try {
    const here = parseKept(localStorage.getItem(siteKey(path)));
    const note = left.reduce((now, { draft }) => rescue(rule, draft, now), here ?? EMPTY);
    keep(path, { ...note, saved: new Date().toISOString() });
    drafts.dropOthers(left);
  } catch {
    // It stays where it is, and is told where the exercise stands.
  }
}
