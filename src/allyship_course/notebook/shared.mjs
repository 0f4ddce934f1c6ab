/**
 * What a form's widget loads: all forms of a notebook have their script and style from one model,
 * where they stand packed, once. So they are saved once with the notebook, and read once by a page.
 *
 * @import { Model, View } from "./model.mjs"
 * @typedef {(view: View) => () => void} Render
 * @typedef {Model & {loaded?: Promise<Render>}} Parts  that model; it keeps what came of it
 */

/** How often, and after what pause in milliseconds, a model is looked for that is still to come. */
const TRIES = 50;
const PAUSE = 200;

/** @param {string} packed  deflated, in base 64 */
function unpack(packed) {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).text();
}

/** @param {any} model @returns {Promise<Parts>} */
async function partsOf(model) {
  const id = model.get("parts").replace("IPY_MODEL_", "");
  for (let left = TRIES; ; left -= 1) {
    try {
      return await model.widget_manager.get_model(id);
    } catch (error) {
      // A notebook that is opened may show a form before it has read all that was saved with it.
      if (!left) throw error;
      await new Promise((go) => setTimeout(go, PAUSE));
    }
  }
}

/** @param {Parts} parts @returns {Promise<Render>} */
async function load(parts) {
  const [script, style] = await Promise.all(["script", "style"].map((n) => unpack(parts.get(n))));
  const sheet = document.createElement("style");
  sheet.textContent = style;
  document.head.append(sheet);
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  return (await import(address)).default.render;
}

/** @param {View} view */
async function render({ model, el }) {
  const parts = await partsOf(model);
  parts.loaded ??= load(parts);
  const [draw, form] = await Promise.all([parts.loaded, unpack(model.get("form"))]);
  el.innerHTML = form;
  return draw({ model, el });
}

export default { render };
