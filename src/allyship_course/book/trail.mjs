/**
 * The front page: how far somebody is with each module, where they go on, what fits into a few
 * minutes, and the routes. Before anything is begun the page stands as it was written, and nothing
 * is fetched until somebody asks.
 *
 * @import { Station } from "./go-on.mjs"
 * @import { Onward } from "./routes.mjs"
 */

import { all, make, setText } from "../form/dom.mjs";
import { part } from "../form/parts.mjs";
import { plural } from "../form/words.mjs";
import { kept } from "./browser-store.mjs";
import { fetchOutline } from "./course.mjs";
import { minutesLeft, stations, whatFits } from "./go-on.mjs";
import { addressOf, followProgress } from "./progress.mjs";
import { chooseRoute, chosenRoute } from "./routes.mjs";
import { coursePart } from "./site.mjs";

/** @param {HTMLElement} place  where one goes on @param {boolean} begun */
export async function showTrail(place, begun) {
  for (const button of all(place, "[data-minutes]")) {
    button.addEventListener("click", () => offerWhatFits(place, button));
  }
  /** Shows all of it anew. @type {Promise<() => void> | undefined} */
  let renewal;
  const follow = () => {
    renewal ??= followProgress((course, onward) => {
      showTiles(course, onward);
      showOnward(place, course, onward);
      showRoutes(onward);
    });
    return renewal;
  };
  const routes = coursePart("routes");
  for (const way of routes ? all(routes, "[data-route]") : []) {
    way.querySelector("button")?.addEventListener("click", async () => {
      chooseRoute(chosenRoute() === way.dataset.route ? "" : (way.dataset.route ?? ""));
      (await follow())();
      focusOnward(place);
    });
  }
  part(place, "route")
    .querySelector("button")
    ?.addEventListener("click", async () => {
      chooseRoute("");
      (await follow())();
      focusOnward(place);
    });
  if (begun || chosenRoute()) await follow();
  place.setAttribute("data-ready", "");
}

/** @param {HTMLElement} place */
function focusOnward(place) {
  place.scrollIntoView({ block: "center" });
  place.querySelector("a")?.focus({ preventScroll: true });
}

/** How far somebody is with each module. @param {Station[]} course @param {Onward} onward */
function showTiles(course, { next }) {
  for (const line of all(document, ".trail [data-module]")) {
    const mine = course.filter(({ module }) => module.id === line.dataset.module);
    if (!mine.length) continue;
    const here = mine.some((station) => station === next);
    line.closest("li")?.toggleAttribute("data-here", here);
    // An exercise that asks for nothing is complete before anybody has opened it.
    const done = mine.every(({ complete }) => complete);
    for (const [i, segment] of all(line, ".segments i").entries()) {
      segment.toggleAttribute("data-done", mine[i].complete && (done || Boolean(mine[i].saved)));
      segment.toggleAttribute("data-begun", Boolean(mine[i].saved));
    }
    setText(line.querySelector('[data-part="left"]'), leftOf(mine));
  }
}

/** @param {Station[]} mine */
function leftOf(mine) {
  const done = mine.filter(({ complete }) => complete).length;
  if (done === mine.length) return "Complete";
  if (mine.some(({ saved }) => saved)) {
    return `${done} of ${mine.length}, about ${plural(minutesLeft(mine), "minute")} left`;
  }
  return `${plural(mine.length, "exercise")}, about ${plural(mine[0].module.minutes, "minute")}`;
}

/**
 * @param {HTMLElement} place
 * @param {Station[]} course
 * @param {Onward} onward
 */
function showOnward(place, course, { next, route, at }) {
  const link = /** @type {HTMLAnchorElement} */ (place.querySelector("a"));
  if (next) {
    const begun = next.saved ? "Go on where you left" : "Next";
    fillLink(link, course.some(({ saved }) => saved) || route ? begun : "Begin with", next);
  } else {
    setText(link, "You have been through all of it. Begin again, or look around");
  }
  const way = part(place, "route");
  way.toggleAttribute("hidden", !route);
  if (!route) return;
  const { length } = route.stops;
  const where = at ? `${at} of ${length} on the way` : `You have been all the way of`;
  setText(way.querySelector("span"), `${where} “${route.title}”.`);
}

/**
 * @param {HTMLAnchorElement} link
 * @param {string} word
 * @param {Station} station
 */
function fillLink(link, word, station) {
  const { module, exercise } = station;
  link.href = addressOf(station);
  const minutes = `about ${plural(exercise.minutes, "minute")}`;
  link.replaceChildren(
    make("span", { textContent: word }),
    " ",
    make("b", { textContent: exercise.title }),
    " ",
    make("small", { textContent: `${module.title}, ${minutes}` }),
  );
}

/** @param {Onward} onward */
function showRoutes({ route }) {
  const place = coursePart("routes");
  for (const way of place ? all(place, "[data-route]") : []) {
    const chosen = way.dataset.route === route?.id;
    way.toggleAttribute("data-chosen", chosen);
    setText(way.querySelector("button"), chosen ? "Leave this way" : "Go this way");
  }
}

/** @param {HTMLElement} place @param {HTMLElement} button */
async function offerWhatFits(place, button) {
  for (const other of all(place, "[data-minutes]")) {
    other.setAttribute("aria-pressed", String(other === button));
  }
  const course = stations(await fetchOutline(), kept);
  const fits = whatFits(course, Date.now(), Number(button.dataset.minutes));
  const answer = place.querySelector('[role="status"]');
  if (!fits) return setText(answer, "Nothing that is still open is as short as that.");
  const { module, exercise } = fits;
  const minutes = `${module.title}, about ${plural(exercise.minutes, "minute")}`;
  const link = make("a", { href: addressOf(fits), textContent: exercise.title });
  answer?.replaceChildren(link, ` ${minutes}`);
}
