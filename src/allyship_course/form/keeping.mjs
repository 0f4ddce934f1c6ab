/**
 * Keeps what is changed in a form, puts in what is kept, and says where it is. “Kept” is said only
 * of what is kept. The same on a page and in a notebook; it knows no document, so that a test can
 * interrupt it at every step.
 *
 * @import { Draft } from "./drafts.mjs"
 * @import { Note, Rule } from "./rule.mjs"
 * @import { Saved, Store } from "./store.mjs"
 *
 * @typedef {object} Screen  the form
 * @property {Rule} rule
 * @property {() => Note} read
 * @property {(note: Note) => void} write
 * @property {(saved: string, trouble: string) => void} say
 * @property {() => void} stored  something has come to where it belongs
 *
 * @typedef {"unread" | "kept" | "held" | "waiting" | "loose" | "adrift"} State
 * @typedef {"read" | "held" | "loose" | "stored" | "silent" | "heard"} Event
 */

import { rescue } from "./drafts.mjs";
import { EMPTY, merge } from "./rule.mjs";
import { Asleep } from "./store.mjs";
import { own } from "./values.mjs";

/** How long after a change it goes on its way, in milliseconds. It is in this browser at once. */
const PAUSE = 250;

/** How long an answer may take until it is said that there is none. */
const PATIENCE = 3000;

/**
 * Where all that stands in the form is, and what changes that:
 *
 * unread   nobody has said yet what was kept earlier
 * kept     where it belongs
 * held     in this browser, and on its way
 * waiting  in this browser; nobody answers
 * loose    in this form alone, and on its way: the browser keeps nothing
 * adrift   in this form alone; nobody answers
 *
 * @type {Record<State, Partial<Record<Event, State>>>}
 */
const NEXT = {
  unread: { read: "kept", held: "held", loose: "loose" },
  kept: { held: "held", loose: "loose" },
  held: { loose: "loose", stored: "kept", silent: "waiting" },
  waiting: { loose: "adrift", stored: "kept", heard: "held" },
  loose: { held: "held", stored: "kept", silent: "adrift" },
  adrift: { held: "waiting", stored: "kept", heard: "loose" },
};

export class Keeping {
  /** @type {State} */
  #state = "unread";
  /** What the store refused, or had to tell with its last answer. */
  #trouble = "";
  /** What is kept, as far as is known. @type {Note | null} */
  #kept = null;
  /** What was changed here and is not kept yet, each with its number. @type {Map<string, number>} */
  #changed = new Map();
  #count = 0;
  /** What was kept of the same before. @type {Note} */
  #before = EMPTY;
  /** What other forms had left, and is part of this one's changes. @type {{name: string, text: string}[]} */
  #left = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #sending = false;
  #screen;
  #store;

  /** @param {Screen} screen @param {Store} store */
  constructor(screen, store) {
    this.#screen = screen;
    this.#store = store;
  }

  /** Whether it is known what was kept earlier. */
  get known() {
    return this.#state !== "unread";
  }

  /**
   * Put in what is kept; trouble with it is told.
   * @returns {Promise<void>} resolves when that is done, or nobody answers
   */
  load() {
    return new Promise((resolve) => {
      const giveUp = () => {
        this.#tellTrouble(new Asleep(this.#store.words.asleep));
        resolve();
      };
      const silence = setTimeout(giveUp, PATIENCE);
      this.#load()
        .catch((error) => this.#tellTrouble(error))
        .finally(() => {
          clearTimeout(silence);
          resolve();
        });
    });
  }

  /** Somebody else may have changed what is kept: put that in, but not over what was changed here. */
  async renew() {
    if (!this.known) return;
    try {
      this.#take(await this.#store.load());
      this.#say();
    } catch {
      // Who can't say what is kept changes nothing here.
    }
    this.#goOn();
  }

  /** Something was changed by hand. @param {Iterable<string>} names */
  change(names) {
    for (const name of names) {
      if (!this.#changed.has(name)) this.#remember(name);
      this.#count += 1;
      this.#changed.set(name, this.#count);
    }
    this.#hold();
    this.#goOn();
  }

  /** Send now what is to go on its way. */
  flush() {
    if (this.#timer) this.#send();
  }

  /** The page is left: nothing that takes time is done any more. */
  leave() {
    this.#send(true);
  }

  async #load() {
    try {
      this.#take(await this.#store.load());
      this.#trouble = "";
    } catch (error) {
      // Whoever answers that there is trouble has answered; whoever is asleep is asked again.
      if (!(error instanceof Asleep)) this.#on("read");
      throw error;
    }
    this.#on("read");
    this.#recover();
  }

  /** @param {Note | null} note */
  #take(note) {
    // Changes without a draft were deleted elsewhere, or another form has brought them in.
    if (this.#changed.size && this.#store.drafts && !this.#store.drafts.own()) this.#settle();
    this.#kept = note;
    const changed = new Set(this.#changed.keys());
    this.#screen.write(merge(this.#screen.read(), note ?? EMPTY, changed));
  }

  /** Take up what another form of this exercise has left behind. */
  #recover() {
    const left = this.#store.drafts?.others() ?? [];
    if (!left.length) return;
    this.#left = left;
    const note = left.reduce(
      (kept, { draft }) => rescue(this.#screen.rule, draft, kept),
      this.#screen.read(),
    );
    this.#screen.write(note);
    this.change(left.flatMap(({ draft }) => [...draft.changed]));
  }

  /** @param {string} name */
  #remember(name) {
    const { answers, passed, shared } = this.#kept ?? EMPTY;
    const before = { ...this.#before };
    if (name === "/pass") before.passed = passed;
    else if (name === "/share") before.shared = shared;
    else before.answers = { ...before.answers, [name]: own(answers, name) };
    this.#before = before;
  }

  /** Put what was changed into this browser. */
  #hold() {
    const changed = new Set(this.#changed.keys());
    const note = merge(this.#screen.read(), EMPTY, changed);
    /** @type {Draft} */
    const draft = { note, changed, before: this.#before };
    this.#on(this.#store.drafts?.put(draft) ? "held" : "loose");
  }

  #goOn() {
    if (this.#changed.size && !this.#sending) this.#timer ??= setTimeout(() => this.#send(), PAUSE);
  }

  async #send(leaving = false) {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#changed.size) return;
    this.#sending = true;
    let last = this.#count;
    const silence = setTimeout(() => {
      this.#sending = false;
      this.#on("silent");
    }, PATIENCE);
    try {
      // Earlier answers first: what is kept would be lost under a form without them.
      if (!this.known) await this.#load();
      last = this.#count;
      const changed = new Set(this.#changed.keys());
      this.#stored(last, await this.#store.save(this.#screen.read(), changed, leaving));
    } catch (error) {
      if (error instanceof Asleep) this.#on("silent");
      else this.#tellTrouble(error);
    }
    clearTimeout(silence);
    this.#sending = false;
    if (this.#count > last) this.#goOn();
  }

  /** All changes up to ``last`` are kept. @param {number} last @param {Saved} saved */
  #stored(last, { note, notices }) {
    for (const [name, number] of this.#changed) if (number <= last) this.#changed.delete(name);
    this.#trouble = notices.join(" ");
    if (this.#changed.size) {
      this.#on("heard");
      this.#hold();
    } else {
      this.#store.drafts?.drop();
      this.#store.drafts?.dropOthers(this.#left);
      this.#settle();
    }
    this.#take(note);
    this.#say();
    this.#screen.stored();
  }

  /** Nothing is on its way any more. */
  #settle() {
    this.#changed.clear();
    this.#before = EMPTY;
    this.#left = [];
    this.#on("stored");
  }

  /** @param {Event} event */
  #on(event) {
    this.#state = NEXT[this.#state][event] ?? this.#state;
    this.#say();
  }

  #say() {
    const { words } = this.#store;
    const nothing = this.#state === "kept" && !this.#kept;
    const troubles = { waiting: words.waiting, adrift: words.adrift };
    const trouble = this.#trouble || (own(troubles, this.#state) ?? "");
    const saved =
      nothing || trouble ? "" : (own({ kept: words.kept, held: words.held }, this.#state) ?? "");
    this.#screen.say(saved, trouble);
  }

  /** @param {unknown} error */
  #tellTrouble(error) {
    this.#trouble = error instanceof Error ? error.message : String(error);
    this.#say();
  }
}
