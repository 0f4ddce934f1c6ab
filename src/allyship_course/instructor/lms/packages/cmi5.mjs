/**
 * A platform that speaks cmi5: the address of this page says where it keeps what it hears, and a
 * token opens that. What it hears are statements; which exercises are complete is a document
 * beside them, which is asked for again when the course is opened anew.
 *
 * @import { Opened, Platform, State } from "./session.mjs"
 *
 * @typedef {{contextTemplate: any, launchMode: string, returnURL?: string}} LaunchData
 */

import { Told } from "../../../form/store.mjs";
import { sha256 } from "./sha256.mjs";
import { NO_PLATFORM, NO_SESSION, NOBODY } from "./trouble.mjs";

const CMI5 = "https://w3id.org/xapi/cmi5/context/categories/cmi5";
const MOVE_ON = "https://w3id.org/xapi/cmi5/context/categories/moveon";
const PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress";
const VERBS = "http://adlnet.gov/expapi/verbs/";
/** The document of ours. */
const COMPLETE = "allyship-complete";

/** @implements {Platform} */
export class Cmi5 {
  #query = new URLSearchParams(location.search);
  #begun = Date.now();
  #token = "";
  /** @type {LaunchData} */
  #data = { contextTemplate: {}, launchMode: "" };
  #kept = "";

  /** @returns {Promise<Opened>} */
  async open() {
    const names = ["endpoint", "fetch", "actor", "registration", "activityId"];
    if (!names.every((name) => this.#query.get(name))) throw new Told(NO_PLATFORM);
    /** @type {string[]} */
    let marks;
    try {
      await this.#authorize();
      this.#data = await this.#document("LMS.LaunchData");
      // The standard wants that these are asked for; there is none that the course could heed.
      await this.#ask("agents/profile", {
        agent: this.#actor,
        profileId: "cmi5LearnerPreferences",
      });
      marks = (await this.#document(COMPLETE))?.complete ?? [];
      await this.#state("initialized", {}, [CMI5]);
    } catch {
      throw new Told(NO_SESSION);
    }
    const { homePage = "", name = "" } = JSON.parse(this.#actor).account ?? {};
    if (!name) throw new Told(NOBODY);
    this.#kept = marks.join(" ");
    const { launchMode, returnURL = "" } = this.#data;
    const back = /^https?:/.test(returnURL) ? returnURL : undefined;
    return { learner: `${homePage} ${name}`, marks, listens: launchMode === "Normal", back };
  }

  /** @param {State} state */
  async tell({ marks, share, complete, passed }) {
    if (marks.join(" ") !== this.#kept) {
      await this.#ask("activities/state", this.#named(COMPLETE), "PUT", { complete: marks });
      const result = { extensions: { [PROGRESS]: Math.floor(100 * share) } };
      await this.#state("progressed", { result });
    }
    const duration = this.#duration();
    if (complete) {
      const result = { completion: true, duration };
      await this.#stateOnce("completed", { result });
    }
    if (passed) {
      const result = { success: true, score: { scaled: 1 }, duration };
      await this.#stateOnce("passed", { result });
    }
    this.#kept = marks.join(" ");
  }

  close() {
    this.#state("terminated", { result: { duration: this.#duration() } }, [CMI5]).catch(() => {
      // Nobody is here any more to be told. The platform ends a session by itself, too.
    });
  }

  get #actor() {
    return this.#query.get("actor") ?? "";
  }

  #duration() {
    return `PT${Math.round((Date.now() - this.#begun) / 1000)}S`;
  }

  async #authorize() {
    const answer = await fetch(this.#query.get("fetch") ?? "", { method: "POST" });
    this.#token = (await answer.json())["auth-token"];
    if (!this.#token) throw new Error("no token");
  }

  /** How a document of this launch is named. @param {string} stateId */
  #named(stateId) {
    const activityId = this.#query.get("activityId") ?? "";
    const registration = this.#query.get("registration") ?? "";
    return { activityId, agent: this.#actor, registration, stateId };
  }

  /** @param {string} stateId @returns {Promise<any>} undefined where there is none */
  async #document(stateId) {
    const answer = await this.#ask("activities/state", this.#named(stateId));
    return answer.status === 404 ? undefined : answer.json();
  }

  /**
   * Say it once in all, as the standard asks: a statement with an id that is there is refused.
   * @param {string} verb
   * @param {object} more
   */
  #stateOnce(verb, more) {
    const { activityId, registration } = this.#named("");
    const digits = sha256(`${registration} ${activityId} ${verb}`);
    const id = digits.replace(
      /^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/,
      (_, a, b, c, d, e) => `${a}-${b}-5${c}-8${d}-${e}`,
    );
    return this.#state(verb, { id, ...more }, [CMI5, MOVE_ON]);
  }

  /** @param {string} verb @param {object} more @param {string[]} categories */
  async #state(verb, more, categories = []) {
    const { activityId, registration } = this.#named("");
    const { contextActivities = {}, ...context } = this.#data.contextTemplate ?? {};
    const category = [...(contextActivities.category ?? []), ...categories.map((id) => ({ id }))];
    const activities = { ...contextActivities, ...(category.length && { category }) };
    const statement = {
      id: crypto.randomUUID?.() ?? undefined,
      actor: JSON.parse(this.#actor),
      verb: { id: VERBS + verb, display: { en: verb } },
      object: { id: activityId },
      context: { ...context, registration, contextActivities: activities },
      timestamp: new Date().toISOString(),
      ...more,
    };
    await this.#ask("statements", {}, "POST", statement);
  }

  /**
   * @param {string} path
   * @param {Record<string, string>} query
   * @param {string} [method]
   * @param {object} [body]
   */
  async #ask(path, query, method = "GET", body = undefined) {
    const endpoint = (this.#query.get("endpoint") ?? "").replace(/\/*$/, "/");
    const url = new URL(path, endpoint);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const headers = {
      Authorization: `Basic ${this.#token}`,
      "X-Experience-API-Version": "1.0.3",
      ...(body && { "Content-Type": "application/json" }),
    };
    // What is said last is still sent when the page has gone.
    const answer = await fetch(url, {
      method,
      headers,
      body: JSON.stringify(body),
      keepalive: !!body,
    });
    const isFine = answer.ok || (method === "GET" && answer.status === 404);
    if (!isFine && answer.status !== 409) throw new Error(`the platform answered ${answer.status}`);
    return answer;
  }
}
