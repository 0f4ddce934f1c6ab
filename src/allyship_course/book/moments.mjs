/**
 * When something was kept. Clocks may be wrong, and files may hold anything: a moment that can't be
 * true says nothing. Python has the same (journal.py); both run against tests/vectors/moments.yml.
 */

import { dayOf } from "../form/values.mjs";

const ISO =
  /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d+))?)?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))?$/u;
const MINUTE = 60_000;

/** There was no course before, and so no note: such a clock has begun anew. */
const FIRST = Date.UTC(2026);

/** By so much two sound clocks may differ. */
const SLACK = 5 * MINUTE;

/**
 * Milliseconds since 1970 of a moment such as "2026-11-21T19:05:00.000Z", in UTC where it names no
 * zone; null for anything else.
 * @param {string} text
 */
export function momentOf(text) {
  const [, date, hour, minute, second = "0", fraction = "", sign, zoneHour, zoneMinute] =
    ISO.exec(text) ?? [];
  const day = date && dayOf(date);
  if (!day) return null;
  const zone = sign ? Number(`${sign}1`) * (Number(zoneHour) * 60 + Number(zoneMinute)) : 0;
  const minutes = Number(hour) * 60 + Number(minute) - zone;
  const milliseconds = Number(fraction.padEnd(3, "0").slice(0, 3));
  return day.getTime() + minutes * MINUTE + Number(second) * 1000 + milliseconds;
}

/**
 * The same, but null for what is in the future or from before the course.
 * @param {string} text
 * @param {number} now
 */
export function soundMoment(text, now) {
  const moment = momentOf(text);
  return moment !== null && moment >= FIRST && moment <= now + SLACK ? moment : null;
}
