/**
 * Where a form keeps its answers: a browser's store (book/browser-store.mjs) or the learner's
 * kernel (notebook/kernel-store.mjs). Both have this shape.
 *
 * @import { Drafts } from "./drafts.mjs"
 * @import { Names, Note } from "./rule.mjs"
 *
 * @typedef {{note: Note | null, notices: string[]}} Saved  what is kept now, and what to tell
 *
 * @typedef {object} Words  what is said of where the answers are
 * @property {string} kept  all is where it belongs
 * @property {string} held  it is in this browser, and on its way
 * @property {string} waiting  trouble: it is in this browser, and nobody answers
 * @property {string} adrift  trouble: nobody answers, and this browser keeps nothing
 * @property {string} asleep  trouble: nobody says what was kept earlier
 *
 * @typedef {object} Store
 * @property {Words} words
 * @property {Drafts | undefined} drafts  what is on its way; unknown until something was loaded
 * @property {() => Promise<Note | null>} load  may be asked again. Like save and other it may never
 *   answer; it throws Asleep where it is known that nobody will, Told for trouble
 * @property {(note: Note, changed: Names, leaving: boolean) => Promise<Saved>} save  what
 *   is not done at once may not be done any more where the page is being left
 * @property {(path: string) => Promise<Note | null>} other  of another exercise: module/exercise
 * @property {(renew: () => void, signal?: AbortSignal) => void} onChange  calls when somebody else
 *   may have changed what is kept of this exercise
 */

/** Trouble in words for the learner. */
export class Told extends Error {}

/** Nobody answers. */
export class Asleep extends Told {}
