/** Why a course can’t be opened, and what to do. */

export const NO_PLATFORM =
  "This page belongs to a course in a learning platform, and no platform has opened it. Log in to " +
  "your platform and open the course there.";
export const NO_SESSION =
  "Your platform has not opened a session. What you wrote earlier is kept in this browser. Close " +
  "this page and open the course again from your platform.";
export const NOBODY =
  "Your platform does not say who is learning, and so the course can’t keep what you write apart " +
  "from what others write in this browser. Log in to your platform and open the course again; if " +
  "this stays, show this to who looks after it.";
