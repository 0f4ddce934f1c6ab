/**
 * The route that somebody chose, and where it leads on. The choice is kept in this browser.
 *
 * @import { Route } from "./course.mjs"
 * @import { Station } from "./go-on.mjs"
 *
 * @typedef {object} Onward
 * @property {Station | undefined} next  undefined where all of the course is complete
 * @property {Route | undefined} route  the one that is followed
 * @property {number} at  which of the route's stops is next, from 1; 0 where none is open
 */

import { fetchJson } from "./course.mjs";
import { alongRoute, whereToGoOn } from "./go-on.mjs";
import { siteKey } from "./site.mjs";

const CHOICE = siteKey("route");

/** @returns {Promise<Route[]>} */
export const fetchRoutes = () => fetchJson("_static/routes.json");

/** The id of the route that was chosen, "" for none. */
export function chosenRoute() {
  try {
    return localStorage.getItem(CHOICE) ?? "";
  } catch {
    return "";
  }
}

/** @param {string} id  "" to leave it */
export function chooseRoute(id) {
  try {
    if (id) localStorage.setItem(CHOICE, id);
    else localStorage.removeItem(CHOICE);
  } catch {
    // The browser keeps nothing for this site, and so no route either.
  }
}

/**
 * Where somebody goes on: at the route's next open stop, or where the course goes on.
 * @param {Station[]} course
 * @param {Route[]} routes
 * @param {number} now
 * @returns {Onward}
 */
export function onwardFrom(course, routes, now) {
  const chosen = chosenRoute();
  const route = routes.find(({ id }) => id === chosen);
  const at = route ? alongRoute(course, route).findIndex(({ complete }) => !complete) : -1;
  const next = route && at >= 0 ? alongRoute(course, route)[at] : whereToGoOn(course, now);
  return { next, route, at: at + 1 };
}
