/** Launches the course on a platform that speaks SCORM 1.2. */

import { launch } from "./launch.mjs";
import { Scorm } from "./scorm.mjs";

launch(
  new Scorm({
    object: "API",
    initialize: "LMSInitialize",
    terminate: "LMSFinish",
    commit: "LMSCommit",
    get: "LMSGetValue",
    set: "LMSSetValue",
    learner: "cmi.core.student_id",
    mode: "cmi.core.lesson_mode",
    exit: "cmi.core.exit",
    status: "cmi.core.lesson_status",
    values: ({ share, complete, passed }) => ({
      needed: {
        "cmi.core.score.raw": String(Math.floor(100 * share)),
        "cmi.core.lesson_status": passed ? "passed" : complete ? "completed" : "incomplete",
      },
      welcome: { "cmi.core.score.min": "0", "cmi.core.score.max": "100" },
    }),
  }),
);
