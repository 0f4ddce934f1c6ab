// A notebook that is opened anew shows its saved forms, and no error box.
//
// Where the line to the kernel breaks or is slow at that moment, JupyterLab's widget manager
// never reads the widgets that the notebook has saved, or shows the outputs before it has; each
// form then says "model not found" for good. Here they are read again and shown again.
//
// JupyterLab loads this file as it loads any extension. It is written by hand and needs no build: it
// leaves a container, which is lent JupyterLab's own modules and gives its plugin.

(() => {
  const LOST = "Error displaying widget: model not found";
  const MIME = "application/vnd.jupyter.widget-view+json";
  const PAUSE = 200; // milliseconds in which a page that is being built is left alone

  /** @type {Record<string, Record<string, { get: () => Promise<() => any> }>>} */
  let modules = {};

  /** One of the modules that JupyterLab and its extensions share. @param {string} name */
  async function lent(name) {
    const [version] = Object.values(modules[name]);
    return (await version.get())();
  }

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

  /** The widget manager of an open notebook. @param {any} panel */
  async function managerOf({ context, content }) {
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

  /** Read what the notebook saved, and show each form that was lost. @param {any} panel */
  async function showAgain(panel) {
    const manager = await managerOf(panel);
    await manager.restoreWidgets(panel.context.model, { loadKernel: false, loadNotebook: true });
    for (const { renderer, output } of lostForms(panel.content)) {
      if (!manager.has_model(output.data[MIME].model_id)) continue; // not saved: nothing to show
      renderer.removeClass("jupyter-widgets");
      await renderer.renderModel(output);
    }
  }

  /** Look after each change of a notebook whether it has lost forms. @param {any} panel */
  function watch(panel) {
    const tried = new Set();
    let timer = 0;
    const look = () => {
      const ids = lostForms(panel.content).map((form) => form.output.data[MIME].model_id);
      const fresh = ids.filter((id) => !tried.has(id));
      for (const id of fresh) tried.add(id);
      if (fresh.length) showAgain(panel);
    };
    const observer = new MutationObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(look, PAUSE);
    });
    observer.observe(panel.content.node, { childList: true, subtree: true });
    panel.disposed.connect(() => observer.disconnect());
  }

  /** @type {any} */
  const page = globalThis;
  page._JUPYTERLAB ??= {}; // the first extension makes it
  page._JUPYTERLAB["allyship-course"] = {
    /** @param {typeof modules} lending */
    init(lending) {
      modules = lending;
    },
    async get() {
      const { INotebookTracker } = await lent("@jupyterlab/notebook");
      const plugin = {
        id: "allyship-course:reopened",
        autoStart: true,
        requires: [INotebookTracker],
        activate(/** @type {any} */ _app, /** @type {any} */ tracker) {
          tracker.forEach(watch);
          tracker.widgetAdded.connect((/** @type {any} */ _, /** @type {any} */ panel) =>
            watch(panel),
          );
        },
      };
      return () => ({ __esModule: true, default: plugin });
    },
  };
})();
