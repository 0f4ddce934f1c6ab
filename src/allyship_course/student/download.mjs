/**
 * The submission as a file, from a notebook in the browser. What would be handed in is shown first.
 * The id that is typed goes into the file; it is no trait of the model, and no notebook holds it.
 *
 * @import { Model, View } from "../notebook/model.mjs"
 *
 * @typedef {{trouble?: string, words?: string, name?: string, text?: string}} Reply
 */

import { saveFile } from "../form/dom.mjs";
import { inputPart, part } from "../form/parts.mjs";
import { keepAllKeys } from "../notebook/keys.mjs";
import { putHtml } from "../notebook/model.mjs";

const ASLEEP =
  "This notebook is not running. In the menu choose Run, then Run All Cells, " +
  "and press the button again.";
const NO_ID = "There is no id yet. Write the one that your class uses for you.";
const PATIENCE = 20_000;

/** @param {View} view */
function render(view) {
  const place = putHtml(view, "download_html");
  const student = inputPart(place, "student");
  keepAllKeys(view.el, student);
  part(place, "show").addEventListener("click", () => showContent(view.model, place));
  part(place, "download").addEventListener("click", async () => {
    const id = student.value.trim();
    student.setAttribute("aria-invalid", String(!id));
    part(place, "status").textContent = id ? await download(view.model, id) : NO_ID;
    if (!id) student.focus();
  });
}

/** @param {Model} model @param {HTMLElement} place */
async function showContent(model, place) {
  part(place, "status").textContent = "";
  // The note to the instructor is a cell of the notebook: it counts as it stands now.
  const page = /** @type {{jupyterapp?: any}} */ (/** @type {unknown} */ (globalThis));
  await page.jupyterapp?.commands.execute("docmanager:save");
  const reply = await ask(model, { type: "show" });
  part(place, "shown").hidden = !reply.words;
  part(place, "words").textContent = reply.words ?? "";
  part(place, "status").textContent = reply.trouble ?? "";
}

/** @param {Model} model @param {string} student @returns {Promise<string>} what to tell */
async function download(model, student) {
  const { trouble, name, text } = await ask(model, { type: "file", student });
  if (trouble !== undefined || !name || !text) return trouble ?? ASLEEP;
  saveFile(name, text);
  return `Saved as ${name}. Hand it in where your class hands in, under this very name.`;
}

/** @param {Model} model @param {object} message @returns {Promise<Reply>} */
const ask = (model, message) =>
  new Promise((resolve) => {
    /** @param {Reply} reply */
    const finish = (reply) => {
      clearTimeout(asleep);
      model.off("msg:custom", finish);
      resolve(reply);
    };
    const asleep = setTimeout(() => finish({ trouble: ASLEEP }), PATIENCE);
    model.on("msg:custom", finish);
    model.send(message);
  });

export default { render };
