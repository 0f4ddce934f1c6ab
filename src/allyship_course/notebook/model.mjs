/**
 * What anywidget hands to a widget: its model, through which messages go, and its element.
 *
 * @typedef {object} Model
 * @property {(name: string) => any} get  a trait: all of them are saved in the notebook
 * @property {(message: object) => void} send  throws if there is no kernel
 * @property {(event: "msg:custom", take: (message: any) => void) => void} on
 * @property {(event: "msg:custom", take: (message: any) => void) => void} off
 * @typedef {{model: Model, el: HTMLElement}} View
 */

/**
 * Put a widget's HTML into its place.
 * @param {View} view
 * @param {string} trait
 */
export function putHtml({ model, el }, trait) {
  el.innerHTML = model.get(trait);
  return /** @type {HTMLElement} */ (el.firstElementChild);
}
