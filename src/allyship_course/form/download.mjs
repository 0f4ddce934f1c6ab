// @ts-check
/**
 * The submission as a file, from a notebook in the browser. What would be handed in is shown first.
 * The id that is typed goes into the file; it is no trait of the model, and no notebook holds it.
 */

const ASLEEP = "This notebook is not running. In the menu choose Run, then Run All Cells, and press the button again.";
const NO_ID = "There is no id yet. Write the one that your class uses for you.";
const PATIENCE = 20_000;

/** @param {{model: any, el: HTMLElement}} view */
function render({ model, el }) {
  el.innerHTML = model.get("download_html");
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (el.querySelector(`[data-part="${name}"]`));
  const student = /** @type {HTMLInputElement} */ (part("student"));
  const say = (/** @type {string} */ text) => {
    part("status").textContent = text;
  };
  // What is typed here is for nobody's shortcuts.
  student.setAttribute("data-lm-suppress-shortcuts", "true");
  el.addEventListener("keydown", (event) => event.stopPropagation());

  /** @param {Record<string, unknown>} content @returns {Promise<any>} */
  const ask = (content) =>
    new Promise((resolve) => {
      const done = (/** @type {any} */ reply) => {
        clearTimeout(asleep);
        model.off("msg:custom", done);
        resolve(reply);
      };
      const asleep = setTimeout(() => done({ trouble: ASLEEP }), PATIENCE);
      model.on("msg:custom", done);
      model.send(content);
    });

  part("show").addEventListener("click", async () => {
    say("");
    // The note to the instructor is a cell of the notebook: it counts as it stands now.
    await /** @type {any} */ (globalThis).jupyterapp?.commands.execute("docmanager:save");
    const reply = await ask({ type: "show" });
    part("shown").hidden = !reply.words;
    part("words").textContent = reply.words ?? "";
    say(reply.trouble ?? "");
  });

  part("download").addEventListener("click", async () => {
    const name = student.value.trim();
    student.setAttribute("aria-invalid", String(!name));
    say(name ? "" : NO_ID);
    if (!name) return student.focus();
    const reply = await ask({ type: "file", student: name });
    if (reply.trouble) return say(reply.trouble);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([reply.text]));
    link.download = reply.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    say(`Saved as ${reply.name}. Hand it in where your class hands in, under this very name.`);
  });
}

export default { render };
