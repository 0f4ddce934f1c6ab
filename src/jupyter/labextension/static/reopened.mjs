// A notebook that is opened anew shows its saved forms, and no error box.
//
// Where the line to the kernel breaks or is slow at that moment, JupyterLab's widget manager
// never reads the widgets that the notebook has saved, or shows the outputs before it has; each
// form then says "model not found" for good. Here they are read again and shown again.

/** @typedef {(name: string) => Promise<any>} Lent  one of JupyterLab's own modules */

const LOST = "Error displaying widget: model not found";
export const MIME = "application/vnd.jupyter.widget-view+json";
const PAUSE = 200; // milliseconds in which a page that is being built is left alone

/**
 * The renderers that have lost their widget, each with its output.
 * @param {any} notebook
 * @returns {{ renderer: any, output: any }[]}
 */
function lostForms(notebook) {
  const areas = notebook.widgets.flatMap((/** @type {any} */ cell) => cell.outputArea ?? []);
  return areas.flatMap((/** @type {any} */ area) =>
    area.widgets.flatMap((/** @type {any} */ output, /** @type {number} */ place) =>
      [...output.children()]
        .filter((renderer) => renderer.node.textContent === LOST)
        .map((renderer) => ({ renderer, output: area.model.get(place) })),
    ),
  );
}

/**
 * The widget manager of an open notebook.
 * @param {Lent} lent
 * @param {any} panel
 */
export async function managerOf(lent, { context, content }) {
  const { registerWidgetManager } = await lent("@jupyter-widgets/jupyterlab-manager");
  return new Promise((resolve) => {
    const asking = {
      set manager(/** @type {any} */ manager) {
        resolve(manager);
      },
    };
    registerWidgetManager(context, content.rendermime, [asking]);
  });
}

/**
 * Read what the notebook saved, and show each form that was lost.
 * @param {Lent} lent
 * @param {any} panel
 */
async function showAgain(lent, panel) {
  const manager = await managerOf(lent, panel);
  await manager.restoreWidgets(panel.context.model, { loadKernel: false, loadNotebook: true });
  for (const { renderer, output } of lostForms(panel.content)) {
    if (!manager.has_model(output.data[MIME].model_id)) continue; // not saved: nothing to show
    renderer.removeClass("jupyter-widgets");
    await renderer.renderModel(output);
  }
}

/**
 * Look after each change of a notebook whether it has lost forms.
 * @param {Lent} lent
 * @param {any} panel
 */
function watch(lent, panel) {
  const tried = new Set();
  let timer = 0;
  const look = () => {
    const ids = lostForms(panel.content).map((form) => form.output.data[MIME].model_id);
    const fresh = ids.filter((id) => !tried.has(id));
    for (const id of fresh) tried.add(id);
    if (fresh.length) showAgain(lent, panel);
  };
  const observer = new MutationObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });
  observer.observe(panel.content.node, { childList: true, subtree: true });
  panel.disposed.connect(() => observer.disconnect());
}

/** @param {Lent} lent */
export async function plugin(lent) {
  const { INotebookTracker } = await lent("@jupyterlab/notebook");
  return {
    id: "allyship-course:reopened",
    autoStart: true,
    requires: [INotebookTracker],
    activate(/** @type {any} */ _app, /** @type {any} */ tracker) {
      const start = (/** @type {any} */ panel) => void watch(lent, panel);
      tracker.forEach(start);
      tracker.widgetAdded.connect((/** @type {any} */ _, /** @type {any} */ panel) => start(panel));
    },
  };
}
