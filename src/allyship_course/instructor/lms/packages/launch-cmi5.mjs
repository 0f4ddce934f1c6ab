/** Launches the course on a platform that speaks cmi5. */

import { Cmi5 } from "./cmi5.mjs";
import { launch } from "./launch.mjs";

launch(new Cmi5());
