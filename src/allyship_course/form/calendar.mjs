/** Follow-ups as a calendar file (RFC 5545): whole days, lines of at most 75 octets. */

/** @param {[string, string][]} events  day as YYYYMMDD, and title */
export function calendarFile(events) {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/gu, "");
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//allyship-course//EN"];
  for (const [day, title] of events) {
    const summary = title.replace(/[\\;,]/gu, "\\$&").replace(/\r?\n/gu, "\\n");
    const id = `${stamp}-${Math.random().toString(36).slice(2)}`;
    lines.push("BEGIN:VEVENT", `UID:${id}`, `DTSTAMP:${stamp}`);
    lines.push(`DTSTART;VALUE=DATE:${day}`, `SUMMARY:${summary}`, "END:VEVENT");
  }
  lines.push("END:VCALENDAR", "");
  return lines.map(fold).join("\r\n");
}

/** @param {string} line */
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
