// What the course adds to JupyterLab: small plugins, each in a file of its own.
//
// JupyterLab loads this file as it loads any extension. It is written by hand and needs no build: it
// leaves a container, which is lent JupyterLab's own modules and gives its plugins.

(() => {
  const here = /** @type {HTMLScriptElement} */ (document.currentScript).src;

  /** @type {Record<string, Record<string, { get: () => Promise<() => any> }>>} */
  let modules = {};

  /** One of the modules that JupyterLab and its extensions share. @param {string} name */
  async function lent(name) {
    const [version] = Object.values(modules[name]);
    return (await version.get())();
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
      const plugins = await Promise.all(
        ["opening.mjs", "reopened.mjs", "plain.mjs"].map(async (name) => {
          const { plugin } = await import(new URL(name, here).href);
          return plugin(lent);
        }),
      );
      return () => ({ __esModule: true, default: plugins });
    },
  };
})();
