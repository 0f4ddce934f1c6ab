/**
 * Follow-ups as a calendar file (RFC 5545): whole days on which nobody is busy, without alarms.
 *
 * @typedef {object} Follow  one follow-up
 * @property {string} id  the same whenever the same follow-up is saved: it replaces the earlier one
 * @property {string} day  as 2026-12-12
 * @property {string} title
 * @property {string} note
 * @property {string} address  of a page, or nothing
 */

/** @param {Follow[]} follows @param {Date} now */
export function calendarFile(follows, now) {
  const stamp = now.toISOString().replace(/[-:]|\.\d+/gu, "");
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//allyship-course//EN"];
  for (const { id, day, title, note, address } of follows) {
    lines.push("BEGIN:VEVENT", `UID:${id}`, `DTSTAMP:${stamp}`);
    lines.push(`DTSTART;VALUE=DATE:${day.replaceAll("-", "")}`, `SUMMARY:${escaped(title)}`);
    const description = [note, address].filter(Boolean).join("\n");
    if (description) lines.push(`DESCRIPTION:${escaped(description)}`);
    if (address) lines.push(`URL:${address}`);
    lines.push("TRANSP:TRANSPARENT", "END:VEVENT");
  }
  lines.push("END:VCALENDAR", "");
  return lines.map(fold).join("\r\n");
}

/** A text as a value: signs with a meaning escaped, and no control characters but line breaks. @param {string} text */
const escaped = (text) =>
  text
    .replace(/\r\n?/gu, "\n")
    .replace(/[^\P{Cc}\n\t]/gu, "")
    .replace(/[\\;,]/gu, "\\$&")
    .replaceAll("\n", "\\n");

/** A line as lines of at most 75 octets; no character is cut in two. @param {string} line */
function fold(line) {
  let folded = "";
  let octets = 0;
  for (const character of line) {
    const size = new TextEncoder().encode(character).length;
    if (octets + size > 75) {
      folded += "\r\n ";
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}
