/** Launches the course on a platform that speaks SCORM 2004, where complete and passed are two things. */

import { launch } from "./launch.mjs";
import { Scorm } from "./scorm.mjs";

launch(
  new Scorm({
    object: "API_1484_11",
    initialize: "Initialize",
    terminate: "Terminate",
    commit: "Commit",
    get: "GetValue",
    set: "SetValue",
    learner: "cmi.learner_id",
    mode: "cmi.mode",
    exit: "cmi.exit",
    status: "cmi.completion_status",
    values: ({ share, complete, passed }) => ({
      needed: {
        "cmi.score.scaled": share.toFixed(4),
        "cmi.completion_status": complete ? "completed" : "incomplete",
        ...(passed && { "cmi.success_status": "passed" }),
      },
      welcome: {
        "cmi.score.min": "0",
        "cmi.score.max": "100",
        "cmi.score.raw": String(Math.floor(100 * share)),
        "cmi.progress_measure": share.toFixed(4),
      },
    }),
  }),
);
