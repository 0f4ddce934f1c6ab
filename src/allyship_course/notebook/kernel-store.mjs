/**
 * Keeps answers in the learner's journal, by way of their kernel. They travel as messages, never as
 * traits: traits are saved in the notebook and handed in with it.
 *
 * @import { Replies } from "../form/answering.mjs"
 * @import { Kept, Names, Note } from "../form/rule.mjs"
 * @import { Store } from "../form/store.mjs"
 * @import { Left } from "./leftovers.mjs"
 * @import { Model } from "./model.mjs"
 *
 * @typedef {{request: string, type: "note" | "kept" | "replies" | "trouble", note: Kept | null,
 *   journal: string, notices: string[], more: boolean, message: string, replies: Replies}} Reply  of
 *   the kernel; see widget.py
 * @typedef {{resolve: (reply: Reply) => void, reject: (error: Error) => void}} Waiting
 */

import { setText } from "../form/dom.mjs";
import { ruleOf } from "../form/form.mjs";
import { Asleep, Told } from "../form/store.mjs";
import { Leftovers, rescue, unsaved } from "./leftovers.mjs";

const ASLEEP =
  "This notebook is not running. In the menu choose Run, then Run All Cells: " +
  "the form opens, and your earlier answers come back.";
const STOPPED =
  "Not saved yet: this notebook has stopped running. What you wrote is kept in this browser until " +
  "it can be saved. In the menu choose Run, then Run All Cells.";
const STOPPED_HERE =
  "Not saved: this notebook has stopped running, and this browser keeps nothing. Leave this page " +
  "open. In the menu choose Run, then Run All Cells: what you wrote here comes along.";
const PATIENCE = 3000;

/** @implements {Store} */
export class KernelStore {
  saved = "Kept in your journal.";
  #model;
  #form;
  #path;
  /** @type {Map<string, Waiting>} */
  #waiting = new Map();
  /** What went out in which request. @type {Map<string, Left>} */
  #sent = new Map();
  /** Known once the kernel has said whose journal this is. @type {Leftovers | undefined} */
  #leftovers;
  /** Whether nobody answered the last time. */
  #stopped = false;
  /** When the note was kept that the form has. */
  #base = "";
  /** @type {(note: Note | null) => void} */
  #takeOther = () => {};

  /** @param {Model} model @param {HTMLElement} form */
  constructor(model, form) {
    this.#model = model;
    this.#form = form;
    this.#path = `${form.dataset.module}/${form.dataset.exercise}`;
    model.on("msg:custom", (reply) => this.#receive(reply));
  }

  /** @param {(note: Note | null) => void} take */
  onOther(take) {
    this.#takeOther = take;
  }

  async load() {
    // Nobody writes into an empty form that is not empty in the journal.
    this.#allow(false);
    const { note, journal } = await this.#ask({ type: "load" }, ASLEEP).catch((error) => {
      this.#allow(!(error instanceof Asleep));
      throw error;
    });
    this.#allow(true);
    this.#base = note?.saved ?? "";
    this.#leftovers = new Leftovers(journal, this.#path);
    const left = unsaved().get(this.#path) ?? this.#leftovers.get();
    if (!left) return note;
    const rescued = rescue(ruleOf(this.#form), left, note);
    this.save(rescued, left.changed).catch((error) =>
      setText(this.#form.querySelector(".ac-trouble"), error.message),
    );
    return rescued;
  }

  /** @param {string} path */
  async other(path) {
    return (await this.#ask({ type: "other", exercise: path }, ASLEEP)).note;
  }

  /** What this form answers. */
  async replies() {
    return (await this.#ask({ type: "replies" }, ASLEEP)).replies;
  }

  /** @param {Note} note @param {Names} changed */
  async save(note, changed) {
    const left = { note, changed, base: this.#base };
    unsaved().set(this.#path, left);
    if (this.#stopped) this.#leftovers?.keep(left); // do not wait again
    try {
      const reply = await this.#ask({ type: "save", note, changed: [...changed] }, STOPPED, left);
      // Another notebook has kept answers to this exercise since this form was filled.
      if (reply.more) this.#takeOther(reply.note);
      return reply.notices;
    } catch (error) {
      if (!(error instanceof Asleep)) throw error;
      this.#stopped = true;
      const answeredSince = unsaved().get(this.#path) !== left;
      if (answeredSince || this.#leftovers?.keep(left)) throw error;
      throw new Asleep(STOPPED_HERE);
    }
  }

  /**
   * @param {object} message
   * @param {string} hint  what to tell if nobody answers
   * @param {Left} [left]  what is kept nowhere until there is an answer
   * @returns {Promise<Reply>}
   */
  #ask(message, hint, left) {
    return new Promise((resolve, reject) => {
      const request = `${Date.now()}-${Math.random()}`;
      this.#waiting.set(request, { resolve, reject });
      if (left) this.#sent.set(request, left);
      const giveUp = () => this.#waiting.delete(request) && reject(new Asleep(hint));
      setTimeout(giveUp, PATIENCE);
      try {
        this.#model.send({ ...message, request });
      } catch {
        giveUp(); // there is no kernel
      }
    });
  }

  /** @param {Reply} reply */
  #receive(reply) {
    const asked = this.#waiting.get(reply.request);
    this.#waiting.delete(reply.request);
    if (reply.type === "kept") this.#settle(reply);
    if (reply.type === "trouble") return asked?.reject(new Told(reply.message));
    if (asked) return asked.resolve(reply);
    // For another view of this exercise; or for this one, from a kernel that was long busy.
    this.#allow(true);
    this.#takeOther(reply.note);
  }

  /** What a kernel has kept is kept nowhere else. @param {Reply} reply */
  #settle({ request, note }) {
    this.#base = note?.saved ?? "";
    if (!this.#sent.has(request) || unsaved().get(this.#path) !== this.#sent.get(request)) return;
    unsaved().delete(this.#path);
    this.#leftovers?.remove();
    this.#sent.clear();
    this.#stopped = false;
  }

  /** @param {boolean} yes */
  #allow(yes) {
    for (const control of this.#form.querySelectorAll("input, textarea, select, button")) {
      control.toggleAttribute("disabled", !yes);
    }
  }
}
