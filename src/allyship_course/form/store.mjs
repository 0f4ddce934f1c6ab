/**
 * Where a form keeps its answers: a browser's store (book/browser-store.mjs) or the learner's
 * kernel (notebook/kernel-store.mjs). Both have this shape.
 *
 * @import { Names, Note } from "./rule.mjs"
 *
 * @typedef {object} Store
 * @property {string} saved  what is said when all is kept
 * @property {() => Promise<Note | null>} load
 * @property {(note: Note, changed: Names) => Promise<string[]>} save  gives notices for the learner
 * @property {(path: string) => Promise<Note | null>} other  of another exercise: module/exercise
 * @property {(take: (note: Note | null) => void) => void} onOther  calls when another form of the same
 *   exercise has kept something
 */

/** Trouble in words for the learner. */
export class Told extends Error {}

/** Nobody answers. */
export class Asleep extends Told {}
