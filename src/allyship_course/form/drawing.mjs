/**
 * Pictures of a learner's own answers, each with the same in words. People are rings, places are
 * flat shapes, what stands in a list is a number. Nothing here knows of a form: who calls it says
 * what is to be drawn. Measures are in drawing.json, which the empty pictures for paper
 * (drawings.py) read too; looks are in drawing.css.
 *
 * @typedef {{svg: SVGSVGElement, words: string[], numbered: boolean}} Drawn  the words as lines of a
 *   list; `numbered` where the picture has their numbers
 * @typedef {{places: string[], cards: {text: string, place: number}[]}} Sorted  places from the
 *   inside out; the last is outside of the rings; a card without a place has -1
 * @typedef {{seats: string[], people: {name: string, seat: number}[]}} Seated  seats in this order:
 *   at the table's head, at the table, outside the room, missing; who has none of them has -1
 * @typedef {{steps: string[], apart: string, rows: {label: string, before: number, now: number}[]}} Changed  steps from
 *   the lowest; before and now count from 1, 0 is no answer, and -1 is what stands apart from the steps
 * @typedef {{rows: {have: string, who: string, cost: string}[]}} Lent
 * @typedef {{wide: number, high: number, ways: number, spots: Record<string, number[]>,
 *   roads: [string, string, string][]}} CaseMap  where the steps of a case lie, and each road as step,
 *   next step and path: case_maps.py makes it
 */

import { make } from "./dom.mjs";
import SIZES from "./drawing.json" with { type: "json" };

const SVG = "http://www.w3.org/2000/svg";
const MIDDLE = SIZES.width / 2;

/** @type {{rings: (data: Sorted) => Drawn, seats: (data: Seated) => Drawn,
 *   slope: (data: Changed) => Drawn, access: (data: Lent) => Drawn}} */
const KINDS = { rings, seats, slope, access };

/**
 * @template {keyof typeof KINDS} Kind
 * @param {Kind} kind
 * @param {Parameters<(typeof KINDS)[Kind]>[0]} data
 * @returns {Drawn}
 */
export const draw = (kind, data) => KINDS[kind](/** @type {any} */ (data));

/**
 * A picture with its title above it and its words below it, which also describe it.
 * @param {string} id  that nothing else on the page has
 * @param {string} title
 * @param {Drawn} drawn
 */
export function figure(id, title, { svg, words, numbered }) {
  svg.setAttribute("aria-labelledby", `${id}-title`);
  svg.setAttribute("aria-describedby", `${id}-words`);
  const lines = words.map((text) => make("li", { textContent: text }));
  return make(
    "figure",
    { className: "ac-drawing" },
    make("figcaption", { id: `${id}-title`, textContent: title }),
    svg,
    make(numbered ? "ol" : "ul", { id: `${id}-words` }, ...lines),
  );
}

// ------------------------------------------------------------------------- shapes

/**
 * @param {string} name
 * @param {string} look  class names without their "ad-"
 * @param {Record<string, string | number>} attributes
 * @param {(Node | string)[]} children
 */
function shape(name, look, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, String(typeof value === "number" ? +value.toFixed(1) : value));
  }
  if (look) element.setAttribute("class", look.replace(/\b(?=\w)/gu, "ad-"));
  element.append(...children);
  return element;
}

/** @param {number} width @param {number} height @param {Element[]} shapes */
function picture(width, height, shapes) {
  const viewBox = `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`;
  return /** @type {SVGSVGElement} */ (shape("svg", "", { viewBox, role: "img" }, ...shapes));
}

/** @param {string} look @param {number} cx @param {number} cy @param {number} r */
const circle = (look, cx, cy, r) => shape("circle", look, { cx, cy, r });

/** @param {string} look @param {number} x @param {number} y @param {number} width @param {number} height */
const rectangle = (look, x, y, width, height) =>
  shape("rect", look, { x, y, width, height, rx: SIZES.corner });

/** @param {string} look @param {string} d */
const path = (look, d) => shape("path", look, { d });

/**
 * Lines of text, the first with its foot at y.
 * @param {string} look
 * @param {number} x
 * @param {number} y
 * @param {string[]} lines
 */
const lettering = (look, x, y, ...lines) =>
  lines.map((line, i) => shape("text", look, { x, y: y + i * SIZES.line }, line));

/** A number on a dot. @param {number} x @param {number} y @param {number} number */
const dot = (x, y, number) => [
  circle("thing", x, y, SIZES.rings.dot),
  ...lettering("number", x, y + 4.5, String(number)),
];

/** The letters of a text; one that is as wide as two (as in Chinese) counts as two. @param {string} words */
const lettersOf = (words) => [...words].flatMap((one) => (one > "\u10ff" ? [one, ""] : one));

/**
 * Break a text into at most so many lines of so many letters.
 * @param {string} words
 * @param {number} letters
 * @param {number} most
 */
function wrap(words, letters, most) {
  const lines = [""];
  for (const word of words.trim().split(/\s+/u)) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (!lines.at(-1) || lettersOf(longer).length <= letters) lines.splice(-1, 1, longer);
    else lines.push(word);
  }
  return lines.slice(0, most).map((line, i) => {
    const signs = lettersOf(line);
    const cut = signs.length > letters || (i === most - 1 && lines.length > most);
    return cut ? `${signs.slice(0, letters - 1).join("")}…` : line;
  });
}

// -------------------------------------------------------------------------- rings

/** @param {Sorted} data @returns {Drawn} */
function rings({ places, cards }) {
  const size = SIZES.rings;
  const numbers = places.map((_, place) =>
    cards.flatMap((card, i) => (card.place === place ? i + 1 : [])),
  );
  const bands = bandsOf(places, numbers);
  const middle = Math.max(MIDDLE, (bands.at(-1)?.outer ?? 0) + size.edge);
  const below = 2 * middle + size.outside;
  const outside = numbers.at(-1) ?? [];
  const shapes = [
    ...bands.toReversed().map(({ outer }) => circle("place", middle, middle, outer)),
    circle("person own", middle, middle, size.self),
    ...bands.flatMap(({ outer, spots }, i) => [
      ...lettering("label", middle, middle - outer + size.label, places[i]),
      ...spots.flatMap(([dx, dy], k) => dot(middle + dx, middle + dy, numbers[i][k])),
    ]),
    ...lettering("label", middle, below, places.at(-1) ?? ""),
    ...outside.flatMap((number, k) => {
      const dx = (k % size.row) - (Math.min(outside.length, size.row) - 1) / 2;
      const row = Math.floor(k / size.row) + 0.75;
      return dot(middle + dx * size.pitch, below + row * size.pitch, number);
    }),
  ];
  const rows = Math.ceil(outside.length / size.row);
  return {
    svg: picture(2 * middle, below + 8 + rows * size.pitch, shapes),
    words: cards.map((card) => `${places[card.place] ?? "No place yet"}: ${card.text}`),
    numbered: true,
  };
}

/**
 * The bands from the inside out: the outer radius of each, and where its dots are. They lie on a
 * circle that is long enough for them and for the label above.
 * @param {string[]} places
 * @param {number[][]} numbers
 */
function bandsOf(places, numbers) {
  const size = SIZES.rings;
  let inner = 0;
  return places.slice(0, -1).map((label, i) => {
    const usual = (size.outer * (i + 1 + size.inner)) / (places.length - 1 + size.inner);
    const half = (label.length * SIZES.letter) / 2 + size.dot;
    const least = (numbers[i].length * size.pitch) / 2 + half;
    const radius = Math.max(
      inner ? (inner + usual) / 2 : usual * 0.58,
      inner + size.dot + 4,
      least / Math.PI,
    );
    const outer = Math.max(usual, radius + size.band / 2);
    inner = outer;
    const free = Math.PI - half / radius;
    const spots = numbers[i].map((_, k, all) => {
      const angle = Math.PI + free * ((2 * k + 1) / all.length - 1);
      return [radius * Math.sin(angle), -radius * Math.cos(angle)];
    });
    return { outer, spots };
  });
}

// -------------------------------------------------------------------------- seats

/** @param {Seated} data @returns {Drawn} */
function seats({ seats: labels, people }) {
  const { gap, label, table, table_from: from, upper, lower } = SIZES.seats;
  const zones = [...labels, "no seat yet"].map((title, seat, { length }) => ({
    title,
    names: people.flatMap((one) =>
      (one.seat in labels ? one.seat : length - 1) === seat ? one.name || "?" : [],
    ),
  }));
  const [head, side, ...outside] = zones;
  /** @type {Element[]} */
  const shapes = [];
  let y = seatsOf(shapes, head.names, gap, "person own");
  shapes.push(
    rectangle("place", from, y, SIZES.width - 2 * from, table),
    ...lettering("label", MIDDLE, y + upper, `↑ ${head.title}`),
    ...lettering("label", MIDDLE, y + lower, `↓ ${side.title}`),
  );
  y = seatsOf(shapes, side.names, y + table + gap, "person");
  shapes.push(path("edge", `M0 ${y + 4}H${SIZES.width}`));
  for (const [i, { title, names }] of outside.entries()) {
    if (i === outside.length - 1 && !names.length) break;
    shapes.push(...lettering("label", MIDDLE, y + label, title));
    y = seatsOf(shapes, names, y + label + gap, i ? "person missing" : "person");
  }
  return {
    svg: picture(SIZES.width, y, shapes),
    words: zones.flatMap(({ title, names }) => names.map((name) => `${name}: ${title}`)),
    numbered: false,
  };
}

/**
 * Rows of people from y on, with their names beneath or, at the table's head, above. Returns where
 * they end.
 * @param {Element[]} shapes
 * @param {string[]} people
 * @param {number} y
 * @param {string} look
 */
function seatsOf(shapes, people, y, look) {
  const size = SIZES.seats;
  const above = look === "person own";
  let end = y;
  for (let k = 0; k < people.length; k += size.in_row) {
    const row = people.slice(k, k + size.in_row);
    const names = row.map((one) => wrap(one, size.letters, size.lines));
    const high = Math.max(...names.map((lines) => lines.length)) * SIZES.line;
    const ring = end + size.ring + (above ? high + 2 : 2);
    for (const [i, lines] of names.entries()) {
      const x = MIDDLE + (i - (row.length - 1) / 2) * (SIZES.width / size.in_row);
      const foot = ring + (above ? -18 - (lines.length - 1) * SIZES.line : 28);
      shapes.push(circle(look, x, ring, size.ring), ...lettering("name", x, foot, ...lines));
    }
    end += high + 2 * size.ring + size.gap;
  }
  return end;
}

// -------------------------------------------------------------------------- slope

/** @param {Changed} data @returns {Drawn} */
function slope({ steps, apart, rows }) {
  const size = SIZES.slope;
  const shapes = [
    ...lettering("label", size.then, 14, "then"),
    ...lettering("label", size.now, 14, "now"),
  ];
  const points = rows.map((row, i) => ({ ...row, number: i + 1, from: 0, to: 0 }));
  // First in both columns, so that their lines are level.
  points.sort((a, b) => Number(a.before !== a.now) - Number(b.before !== b.now));
  let y = size.head;
  for (let step = steps.length; step > 0; step -= 1) {
    const before = points.filter((one) => one.before === step);
    const now = points.filter((one) => one.now === step);
    const most = Math.max(before.length, now.length);
    const high = Math.max(size.band, most * size.pitch + 8);
    const middle = y + high / 2;
    const first = middle - ((most - 1) / 2) * size.pitch;
    const lines = wrap(steps[step - 1], size.letters, 2);
    if (step % 2) shapes.push(rectangle("place", 0, y, SIZES.width, high));
    shapes.push(...lettering("step", 8, firstFoot(middle, lines), ...lines));
    for (const [i, one] of before.entries()) one.from = first + i * size.pitch;
    for (const [i, one] of now.entries()) one.to = first + i * size.pitch;
    y += high;
  }
  const both = points.filter(({ from, to }) => from && to);
  const lines = both.map(({ from, to, before, now }) =>
    path(before === now ? "line same" : "line", `M${size.then} ${from}L${size.now} ${to}`),
  );
  /** @param {number} step */
  const wordsOf = (step) => (step < 0 ? apart : (steps[step - 1] ?? "no answer"));
  const dots = points.flatMap(({ from, to, number }) => [
    ...(from ? dot(size.then, from, number) : []),
    ...(to ? dot(size.now, to, number) : []),
  ]);
  return {
    svg: picture(SIZES.width, y, [...shapes, ...lines, ...dots]),
    words: rows.map(
      ({ label, before, now }) => `${label} Then: ${wordsOf(before)}. Now: ${wordsOf(now)}.`,
    ),
    numbered: true,
  };
}

// ------------------------------------------------------------------------- access

/** @param {Lent} data @returns {Drawn} */
function access({ rows }) {
  const size = SIZES.access;
  const filled = rows.filter((row) => row.have.trim() || row.who.trim());
  const things = columnOf(filled, "have", size.letters);
  const people = columnOf(filled, "who", size.name_letters);
  const high = Math.max(things.high, people.high);
  for (const one of [things, people]) {
    for (const spot of one.spots.values()) spot.y += (high - one.high) / 2;
  }
  const shapes = filled.flatMap((row) => {
    const thing = things.spots.get(asKey(row.have));
    const person = people.spots.get(asKey(row.who));
    const half = (size.box + size.person) / 2;
    return thing && person
      ? path(
          "line",
          `M${size.box} ${thing.y}C${half} ${thing.y} ${half} ${person.y} ${size.person} ${person.y}`,
        )
      : [];
  });
  for (const { y, lines } of things.spots.values()) {
    const tall = lines.length * SIZES.line + size.gap;
    shapes.push(rectangle("place", 0, y - tall / 2, size.box, tall));
    shapes.push(...lettering("name start", 8, firstFoot(y, lines), ...lines));
  }
  for (const { y, lines } of people.spots.values()) {
    shapes.push(circle("person", size.person, y, size.ring));
    shapes.push(...lettering("name start", size.name, firstFoot(y, lines), ...lines));
  }
  return {
    svg: picture(SIZES.width, high, shapes),
    words: filled.map(loanInWords),
    numbered: false,
  };
}

/** Two rows with the same words, but for capitals, mean the same. @param {string} words */
const asKey = (words) => words.trim().toLowerCase();

/** @param {number} middle @param {string[]} lines */
const firstFoot = (middle, lines) => middle + 5 - ((lines.length - 1) * SIZES.line) / 2;

/**
 * What stands in one column, each once: its lines and their middle.
 * @param {Lent["rows"]} rows
 * @param {"have" | "who"} name
 * @param {number} letters
 */
function columnOf(rows, name, letters) {
  /** @type {Map<string, {y: number, lines: string[]}>} */
  const spots = new Map();
  const { lines: most, gap } = SIZES.access;
  let high = 0;
  for (const row of rows) {
    const key = asKey(row[name]);
    if (!key || spots.has(key)) continue;
    const lines = wrap(row[name], letters, most);
    const tall = lines.length * SIZES.line + 2 * gap;
    spots.set(key, { y: high + tall / 2, lines });
    high += tall;
  }
  return { spots, high };
}

/** @param {Lent["rows"][number]} row */
function loanInWords({ have, who, cost }) {
  const lent = [have.trim() || "Something", who.trim() && `to ${who.trim()}`];
  const words = lent.filter(Boolean).join(", ");
  if (!cost.trim()) return words;
  return `${words}${/[.!?…]$/u.test(words) ? "" : "."} What it costs me: ${cost.trim()}`;
}

// ---------------------------------------------------------------------------- way

/**
 * The way that somebody took through a case, among all that there are: its places have numbers.
 * @param {CaseMap} map
 * @param {string[]} stops  the steps that they came by
 */
export function way({ wide, high, spots, roads }, stops) {
  const taken = stops.map((stop, i) => `${stop} ${stops[i + 1]}`);
  /** @param {boolean} mine */
  const drawn = (mine) =>
    roads.filter(([id, next]) => taken.includes(`${id} ${next}`) === mine).map((road) => road[2]);
  const shapes = [
    ...drawn(false).map((d) => path("line open", d)),
    ...drawn(true).map((d) => path("line taken", d)),
  ];
  for (const [id, [x, y]] of Object.entries(spots)) {
    const number = stops.indexOf(id) + 1;
    const side = number ? SIZES.way.place : SIZES.way.passed;
    shapes.push(rectangle(number ? "thing" : "passed", x - side / 2, y - side / 2, side, side));
    if (number) shapes.push(...lettering("number", x, y + 4.5, String(number)));
  }
  return picture(wide, high, shapes);
}
