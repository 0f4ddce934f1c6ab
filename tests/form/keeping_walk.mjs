/**
 * Walks the state machine of keeping through every sequence of a few events, and through long ones
 * by chance, and after each event asks: is all there that was said to be kept, and does nothing come
 * back that was deleted? The machine and both stores are the real ones; time, the browser's store and
 * the kernel are played, so that each can stop at any step.
 *
 * node keeping_walk.mjs SCRIPTS: prints what was done as JSON, or the sequence that went wrong.
 */

import { pathToFileURL } from "node:url";

const scripts = pathToFileURL(`${process.argv[2]}/`);
const load = (file) => import(new URL(file, scripts));

// ------------------------------------------------------------------------- the device

/** The browser's own store: its names are its keys, as in a browser. */
class BrowserItems {
  constructor(device) {
    Object.defineProperty(this, "device", { value: device });
  }
  getItem(name) {
    return this[name] ?? null;
  }
  setItem(name, text) {
    if (this.device.full) throw new Error("QuotaExceededError");
    this[name] = text;
  }
  removeItem(name) {
    delete this[name];
  }
}

const listeners = new Set();
let timers = [];
let now = 0;
globalThis.StorageEvent = class {
  key = null;
};
globalThis.addEventListener = (_type, act, { signal } = {}) => {
  listeners.add(act);
  signal?.addEventListener("abort", () => listeners.delete(act));
};
globalThis.dispatchEvent = (event) => {
  for (const act of [...listeners]) act(event);
};
globalThis.document = { documentElement: { dataset: {}, hasAttribute: () => false }, getElementById: () => null, addEventListener() {}, visibilityState: "hidden" };
globalThis.setTimeout = (act, wait) => {
  const timer = { act, at: now + wait };
  timers.push(timer);
  return timer;
};
globalThis.clearTimeout = (timer) => {
  timers = timers.filter((one) => one !== timer);
};
const settled = () => new Promise((resolve) => setImmediate(resolve));
async function pass(milliseconds) {
  const until = now + milliseconds;
  await settled();
  for (;;) {
    const next = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
    if (!next) break;
    now = next.at;
    clearTimeout(next);
    next.act();
    await settled();
  }
  now = until;
}

const { Keeping } = await load("form/keeping.mjs");
const { merge } = await load("form/rule.mjs");
const { pageStore, kept: keptInBrowser } = await load("book/browser-store.mjs");
const { forgetAll } = await load("book/kept-answers.mjs");
const { KernelStore } = await load("notebook/kernel-store.mjs");

const PATH = "01-walk/exercise";
const FIELDS = ["a", "b"];
const rule = {
  fields: Object.fromEntries(FIELDS.map((id) => [id, { type: "text", required: true }])),
  steps: [],
};

// -------------------------------------------------------------------------- the places

/** The published page: answers stay in the browser. Its lock may be held by another tab. */
class Page {
  words = { kept: "Kept in this browser only." };
  #waiting = [];
  #held = false;
  constructor() {
    Object.defineProperty(globalThis, "navigator", {
      configurable: true,
      value: {
        locks: {
          request: (_name, act) =>
            new Promise((resolve, reject) => {
              const turn = () => {
                try {
                  resolve(act());
                } catch (error) {
                  reject(error);
                }
              };
              if (this.#held) this.#waiting.push(turn);
              else turn();
            }),
        },
      },
    });
  }
  open() {
    return pageStore({ dataset: { module: "01-walk", exercise: "exercise" } });
  }
  stop() {
    this.#held = true;
  }
  /** Whoever waits for a lock in a page that is gone never gets it. */
  gone() {
    this.#waiting = [];
  }
  go() {
    this.#held = false;
    for (const turn of this.#waiting.splice(0)) turn();
  }
  kept() {
    return keptInBrowser(PATH);
  }
  forget() {
    forgetAll([]);
  }
}

/** A notebook: answers go to a kernel, which may be silent, slow, or dead. */
class Kernel {
  words = { kept: "Kept in your journal.", held: "Kept in this browser until your journal answers." };
  #journal = null;
  #slow = false;
  #queue = [];
  open() {
    let receive = () => {};
    const model = {
      on: (_event, take) => {
        receive = take;
      },
      send: (message) => {
        const turn = () => receive(this.#answer(message));
        if (this.#slow) this.#queue.push(turn);
        else setImmediate(turn);
      },
    };
    const dataset = { module: "01-walk", exercise: "exercise" };
    const form = { dataset, querySelectorAll: () => [], closest: () => null };
    return new KernelStore(model, form);
  }
  #answer({ type, request, note, changed }) {
    if (type === "load") return { request, type: "note", note: this.#journal, journal: "/journal" };
    this.#journal = merge(note, this.#journal ?? { answers: {} }, new Set(changed));
    return { request, type: "kept", note: this.#journal, notices: [] };
  }
  stop() {
    this.#slow = true;
  }
  /** A kernel that has died never did what it was asked. */
  gone() {
    this.#queue = [];
  }
  go() {
    this.#slow = false;
    for (const turn of this.#queue.splice(0)) turn();
  }
  kept() {
    return this.#journal;
  }
}

// ---------------------------------------------------------------------------- the walk

class Walk {
  device = { full: false };
  /** What was typed and has not been deleted, and whether it was said to be kept. */
  typed = { a: "", b: "" };
  promised = { a: "", b: "" };
  deleted = [];
  count = 0;
  interruptions = 0;

  constructor(place) {
    this.place = place;
    globalThis.localStorage = new BrowserItems(this.device);
    timers = [];
    listeners.clear();
  }

  async open() {
    const form = { answers: {}, passed: false, shared: false };
    const said = { saved: "", trouble: "" };
    const screen = {
      rule,
      read: () => structuredClone(form),
      write: (note) => Object.assign(form, structuredClone(note)),
      say: (saved, trouble) => Object.assign(said, { saved, trouble }),
      stored() {},
    };
    const closed = new AbortController();
    const store = this.place.open();
    const keeping = new Keeping(screen, store);
    this.tab = { form, said, keeping, closed };
    const loaded = keeping.load();
    await pass(10);
    if (keeping.known) await loaded;
    store.onChange(() => keeping.renew(), closed.signal);
  }

  /** The page is gone at once: nothing of it runs any more, no answer reaches it. */
  crash() {
    this.interruptions += 1;
    this.tab.closed.abort();
    timers = [];
    this.place.gone();
    delete globalThis[Symbol.for("allyship-unsaved")];
  }

  type(field) {
    // As the form does: who can't see what was kept earlier can't write.
    if (!this.tab.keeping.known) return;
    this.count += 1;
    const { answers } = this.tab.form;
    answers[field] = `${answers[field] ?? ""}<${this.count}>`;
    this.typed[field] = answers[field];
    this.tab.keeping.change([field]);
  }

  async do(event) {
    if (event === "type-a") this.type("a");
    if (event === "type-b") this.type("b");
    if (event === "pause") await pass(260);
    if (event === "silence") await pass(3100);
    if (event === "leave") this.tab.keeping.leave();
    if (event === "stop") this.place.stop();
    if (event === "go") this.place.go();
    if (event === "full") this.device.full = !this.device.full;
    if (event === "delete" && this.place.forget) {
      this.deleted.push(...Object.values(this.typed).flatMap((text) => text.match(/<\d+>/g) ?? []));
      this.typed = { a: "", b: "" };
      this.promised = { a: "", b: "" };
      this.place.forget();
    }
    if (event === "renew") this.tab.keeping.renew();
    if (event === "crash") {
      this.crash();
      this.place.go();
      await this.open();
      // What was said to be kept is there; what was typed besides may have gone.
      for (const field of FIELDS) this.typed[field] = this.tab.form.answers[field] ?? "";
    }
    await settled();
    await settled();
    this.check();
  }

  check() {
    const { form, said } = this.tab;
    const kept = this.place.kept()?.answers ?? {};
    const drafts = Object.entries(localStorage).filter(([name]) => name.includes("unsaved"));
    for (const field of FIELDS) {
      const screen = form.answers[field] ?? "";
      const inDraft = drafts.some(([, text]) => text.includes(JSON.stringify(screen)));
      if (!screen.includes(this.promised[field])) throw new Error(`lost: ${this.promised[field]}`);
      for (const gone of this.deleted) {
        if (`${screen}${kept[field] ?? ""}`.includes(gone)) throw new Error(`is back: ${gone}`);
      }
      if (said.saved === this.place.words.kept) {
        const there = kept[field] === screen || (this.place.forget && inDraft);
        if (screen && !there) throw new Error(`said to be kept, and is not: ${screen}`);
      }
      if (said.saved && said.saved === this.place.words.held) {
        if (screen && kept[field] !== screen && !inDraft) throw new Error(`not held: ${screen}`);
      }
      if (said.saved) this.promised[field] = screen;
    }
    if (/undefined|null/.test(said.saved + said.trouble)) throw new Error("words are missing");
  }

  /** In the end, when everybody answers, all is where it belongs. */
  async end() {
    this.device.full = false;
    this.place.go();
    await pass(4000);
    this.tab.keeping.renew();
    await pass(4000);
    this.check();
    const kept = this.place.kept()?.answers ?? {};
    for (const field of FIELDS) {
      if ((kept[field] ?? "") !== (this.tab.form.answers[field] ?? "")) {
        throw new Error(`never came to where it belongs: ${this.tab.form.answers[field]}`);
      }
    }
  }
}

const EVENTS = "type-a type-b pause silence stop go full delete renew leave crash".split(" ");

function* sequences(length) {
  if (!length) yield [];
  else for (const rest of sequences(length - 1)) for (const event of EVENTS) yield [...rest, event];
}

/** Numbers by chance, the same in every run. */
function* chance(seed) {
  for (let x = seed; ; ) {
    x = (x * 1103515245 + 12345) % 2147483648;
    yield x / 2147483648;
  }
}

function* long(count, length) {
  const numbers = chance(2026);
  for (let i = 0; i < count; i++) {
    yield Array.from({ length }, () => EVENTS[Math.floor(numbers.next().value * EVENTS.length)]);
  }
}

const done = { walks: 0, events: 0, interruptions: 0 };
for (const Place of [Page, Kernel]) {
  for (const events of [...sequences(3).map((s) => ["type-a", ...s]), ...long(1500, 30)]) {
    const walk = new Walk(new Place());
    await walk.open();
    for (const [i, event] of events.entries()) {
      try {
        await walk.do(event);
        if (i === events.length - 1) await walk.end();
      } catch (error) {
        const told = `${Place.name}: ${events.slice(0, i + 1).join(", ")}: ${error.stack}`;
        console.error(told, JSON.stringify(walk.tab.form), walk.tab.said, localStorage);
        process.exit(1);
      }
    }
    done.walks += 1;
    done.events += events.length;
    done.interruptions += walk.interruptions;
  }
}
console.log(JSON.stringify(done));
