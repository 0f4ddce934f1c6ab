/** Values that may be anything: answers come from stores and files that anybody may have edited. */

/**
 * Look up a property of the object itself, never one of its prototype.
 * @param {unknown} object
 * @param {string} key
 * @returns {any}
 */
export const own = (object, key) =>
  isRecord(object) && Object.hasOwn(object, key) ? object[key] : undefined;

/** @param {unknown} value @returns {value is Record<string, unknown>} */
export const isRecord = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A text, a number or a yes as text; nothing for what no form of ours has in such a place.
 * @param {unknown} value
 */
export const textOf = (value) =>
  ["string", "number", "boolean"].includes(typeof value) ? String(value) : "";

/**
 * A day as a Date, or null if there is no such day.
 * @param {string} text
 */
export const dayOf = (text) => {
  const day = new Date(`${text}T00:00:00Z`);
  const real = /^[1-9]\d{3}-\d\d-\d\d$/u.test(text) && !Number.isNaN(day.getTime());
  return real && day.toISOString().startsWith(text) ? day : null;
};

/** Whether two answers are the same, in whatever order their parts come. @param {unknown[]} two */
export const same = (...two) => {
  const [one, other] = two.map((value) => JSON.stringify(value, withSortedParts));
  return one === other;
};

/** @param {string} _key @param {unknown} value */
const withSortedParts = (_key, value) =>
  isRecord(value) ? Object.fromEntries(Object.entries(value).sort()) : value;
