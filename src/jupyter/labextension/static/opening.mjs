// A notebook of the course shows its forms by itself when it is opened, and has a button where it
// does not: where that is turned off, or its kernel has ended.

import { codeFor } from "./ours.mjs";
import { MIME, managerOf } from "./reopened.mjs";
import { startLine } from "./start-line.mjs";

/** @import { Lent } from "./reopened.mjs" */

const ID = "allyship-course:opening";

/** The tag of the cell that says what to press where nothing runs by itself. */
const HOW_TO_BEGIN = "how-to-begin";

/** Folders of nbgrader's, where somebody looks at what another person handed in, or at a source. */
const AN_INSTRUCTORS = /(?:^|\/)(?:source|release|submitted|autograded|feedback)\//u;

/**
 * Run code for a cell, its output where the cell's own would be.
 * @param {any} OutputArea
 * @param {any} sessionContext
 * @param {any} cell
 * @param {string} code
 * @returns {Promise<boolean>} whether it ran to its end
 */
async function run(OutputArea, sessionContext, cell, code) {
  const { model, outputArea } = cell;
  model.sharedModel.transact(() => model.clearExecution(), false, "silent-change");
  cell.outputHidden = false;
  model.executionState = "running";
  model.trusted = true; // what it shows now is ours
  const about = { cellId: model.sharedModel.getId() };
  try {
    const { content } = await OutputArea.execute(code, outputArea, sessionContext, about);
    model.executionCount = content.execution_count;
    return content.status === "ok";
  } catch {
    model.executionState = "idle"; // the kernel ended, or was started anew
    return false;
  }
}

/** How long JupyterLab may take to find the widgets that a kernel still has, in milliseconds. */
const PATIENCE = 3000;

/** The widget that a cell shows, if it shows one. @param {any} cell @returns {string | undefined} */
function widgetOf({ model }) {
  return model.outputs.length ? model.outputs.get(0).data[MIME]?.model_id : undefined;
}

/**
 * What tells of a cell of a page that was just loaded whether its form answers already, since the
 * kernel has gone on meanwhile.
 * @param {Lent} lent
 * @param {any} panel
 * @returns {Promise<(cell: any) => Promise<boolean>>}
 */
async function aliveIn(lent, panel) {
  if (!panel.content.widgets.filter(codeFor).some(widgetOf)) return async () => false;
  const manager = await managerOf(lent, panel);
  if (!manager.restoredStatus) {
    await new Promise((go) => {
      manager.restored.connect(go);
      setTimeout(go, PATIENCE);
    });
  }
  return async (cell) => {
    const id = widgetOf(cell);
    return Boolean(id && manager.has_model(id) && (await manager.get_model(id)).comm_live);
  };
}

/**
 * Run the cells of a notebook that are ours.
 * @param {Lent} lent
 * @param {any} panel
 * @param {(cell: any) => Promise<boolean>} [alive]  those that need not be run
 * @returns {Promise<boolean>} whether all ran
 */
async function runOurs(lent, { content, sessionContext, node }, alive) {
  const kernel = sessionContext.session?.kernel;
  if ((await kernel?.info)?.language_info.name !== "python") return false;
  const { OutputArea } = await lent("@jupyterlab/outputarea");
  node.dataset.allyshipOpened = ""; // nobody pressed Run: the page stays where it is
  for (const cell of content.widgets.filter(codeFor)) {
    if (await alive?.(cell)) continue;
    const code = codeFor(cell); // as it is now: it may have been changed meanwhile
    if (code && !(await run(OutputArea, sessionContext, cell, code))) return false;
  }
  return true;
}

/** Hide what says how to begin where nothing begins by itself. @param {any} content */
function hideMenuLine(content) {
  content.widgets.forEach((/** @type {any} */ cell, /** @type {number} */ place) => {
    if (!cell.model.getMetadata("tags")?.includes(HOW_TO_BEGIN)) return;
    if (content.activeCellIndex === place) content.activeCellIndex = place + 1; // it is seen
    cell.hide();
  });
}

/**
 * Look after a notebook that was just opened.
 * @param {Lent} lent
 * @param {any} panel
 * @param {() => Promise<boolean>} wanted
 * @param {() => Promise<void>} save
 */
async function open(lent, panel, wanted, save) {
  const { context, sessionContext, content } = panel;
  await context.ready;
  const untouched = !context.model.dirty;
  if (AN_INSTRUCTORS.test(context.path) || !content.widgets.some(codeFor)) return;
  hideMenuLine(content);
  await sessionContext.ready;
  const line = startLine(await lent("@lumino/widgets"), panel, () => runOurs(lent, panel));
  line.running = (await wanted()) && (await runOurs(lent, panel, await aliveIn(lent, panel)));
  const { NotebookActions } = await lent("@jupyterlab/notebook");
  NotebookActions.executed.connect((/** @type {any} */ _, /** @type {any} */ done) => {
    if (done.notebook === content && done.success && codeFor(done.cell)) line.running = true;
  }, panel);
  // Who only looked into it is not asked, on leaving, whether to save.
  const clean = untouched && line.running && context.contentsModel?.writable;
  if (clean && !panel.isDisposed) await save();
}

/**
 * Save a notebook as its reader does. A save past JupyterLab's own command may meet the reader's,
 * and then JupyterLab takes the file for changed by somebody else.
 * @param {any} app
 * @param {any} panel
 */
async function saveAsReader({ commands, shell }, panel) {
  if (shell.currentWidget === panel) await commands.execute("docmanager:save");
}

/** @param {Lent} lent */
export async function plugin(lent) {
  const [{ INotebookTracker }, { ISettingRegistry }] = await Promise.all([
    lent("@jupyterlab/notebook"),
    lent("@jupyterlab/settingregistry"),
  ]);
  return {
    id: ID,
    autoStart: true,
    requires: [INotebookTracker, ISettingRegistry],
    activate(/** @type {any} */ app, /** @type {any} */ tracker, /** @type {any} */ registry) {
      const settings = registry.load(ID);
      const wanted = async () => (await settings).get("showForms").composite === true;
      const start = (/** @type {any} */ panel) =>
        void open(lent, panel, wanted, () => saveAsReader(app, panel));
      tracker.forEach(start);
      tracker.widgetAdded.connect((/** @type {any} */ _, /** @type {any} */ panel) => start(panel));
    },
  };
}
