/** Days as they are here, and not at Greenwich. */

/** The day of a moment, as 2026-12-12. @param {number} [moment]  in milliseconds; now, if not given */
export function dayHere(moment = Date.now()) {
  const there = new Date(moment);
  there.setMinutes(there.getMinutes() - there.getTimezoneOffset());
  return there.toISOString().slice(0, 10);
}
