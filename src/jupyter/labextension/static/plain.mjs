// The plain view of a course that somebody opened with "allyship learn": one notebook, nothing
// around it but where to go. The server's page says so, and which notebooks there are.

import { codeFor } from "./ours.mjs";

/** @import { Lent } from "./reopened.mjs" */

const ID = "allyship-course:plain";

/** What the server says of the course, in its page. */
const OPTION = "allyshipCourse";

/**
 * @typedef {object} Course
 * @property {[path: string, title: string][]} modules  in their order
 * @property {string} overview  the path of the notebook that shows how far each is
 * @property {string} journal  the path of the journal's
 * @property {string} handIn  how to hand in, in words
 */

/** Hide a part of JupyterLab, or show it again. @param {any} app @param {boolean} plain */
function arrange({ shell }, plain) {
  document.body.classList.toggle("allyship-plain", plain);
  shell.mode = plain ? "single-document" : "multiple-document";
  shell.collapseLeft();
  shell.collapseRight();
  for (const side of ["left", "right"]) {
    if (shell.isSideTabBarVisible(side) === plain) shell.toggleSideTabBarVisibility(side);
  }
  for (const part of parts(shell)) {
    const { id } = part;
    if (id === "jp-top-panel" || id === "jp-menu-panel" || id === "jp-bottom-panel") {
      part.setHidden(plain);
    }
    if (part.hasClass("jp-NotebookPanel-toolbar")) part.setHidden(plain);
  }
}

/** All widgets in a widget. @param {any} widget @returns {Generator<any>} */
function* parts(widget) {
  for (const part of widget.children()) {
    yield part;
    yield* parts(part);
  }
}

/**
 * The buttons that lead on from a notebook.
 * @param {Course} course
 * @param {string} path  of the notebook
 * @param {{ go: (path: string) => void, handIn: () => void }} acts
 */
function wayOn({ modules, overview, journal }, path, { go, handIn }) {
  const nav = document.createElement("nav");
  nav.className = "allyship-way";
  const place = modules.findIndex(([one]) => one === path);
  /** @param {string} text @param {() => void} act */
  const button = (text, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.title = text;
    made.addEventListener("click", act);
    nav.append(made);
    return made;
  };
  const before = place > 0 && modules[place - 1];
  const after = place >= 0 && modules[place + 1];
  if (before) button(`← ${before[1]}`, () => go(before[0]));
  if (path !== overview) button("My course", () => go(overview));
  else if (journal) button("Journal", () => go(journal));
  if (place >= 0) button("Hand in", handIn);
  if (after) button(`${after[1]} →`, () => go(after[0]));
  return { nav, button };
}

/** @param {Lent} lent */
export async function plugin(lent) {
  const [{ INotebookTracker }, { PageConfig }, { Widget }, { showDialog, Dialog }] =
    await Promise.all(
      [
        "@jupyterlab/notebook",
        "@jupyterlab/coreutils",
        "@lumino/widgets",
        "@jupyterlab/apputils",
      ].map(lent),
    );
  /** @param {any} app @param {Course} course @param {any} panel */
  const equip = async (app, course, panel) => {
    await panel.context.ready;
    const acts = {
      go: (/** @type {string} */ path) => app.commands.execute("docmanager:open", { path }),
      handIn: () =>
        showDialog({ title: "Hand in", body: course.handIn, buttons: [Dialog.okButton()] }),
    };
    const head = wayOn(course, panel.context.path, acts);
    head.nav.setAttribute("aria-label", "Course");
    const tools = head.button("Jupyter", () =>
      arrange(app, !document.body.classList.contains("allyship-plain")),
    );
    tools.dataset.tools = "";
    panel.contentHeader.insertWidget(0, new Widget({ node: head.nav }));
    const end = wayOn(course, panel.context.path, acts).nav;
    end.setAttribute("aria-label", "Go on");
    end.classList.add("allyship-end");
    panel.content.layout.footer = new Widget({ node: end });
    for (const cell of panel.content.widgets) {
      const comment = cell.model.getMetadata("nbgrader")?.grade_id === "comment";
      if (comment || codeFor(cell)) cell.addClass("allyship-ours");
    }
    arrange(app, true);
  };
  return {
    id: ID,
    autoStart: true,
    requires: [INotebookTracker],
    activate(/** @type {any} */ app, /** @type {any} */ tracker) {
      const said = PageConfig.getOption(OPTION);
      if (!said) return;
      const course = JSON.parse(said);
      const style = document.createElement("link");
      style.rel = "stylesheet";
      style.href = new URL("plain.css", import.meta.url).href;
      document.head.append(style);
      const start = (/** @type {any} */ panel) => void equip(app, course, panel);
      tracker.forEach(start);
      tracker.widgetAdded.connect((/** @type {any} */ _, /** @type {any} */ panel) => start(panel));
    },
  };
}
