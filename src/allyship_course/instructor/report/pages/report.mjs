/** Filter and sort for the report's table of students. Without it the table is a plain table. */

/**
 * @param {HTMLTableElement} table
 * @param {HTMLElement} tools
 */
function offerFilter(table, tools) {
  const rows = [...table.tBodies[0].rows];
  const words = /** @type {HTMLInputElement} */ (tools.querySelector("input"));
  const which = /** @type {HTMLSelectElement} */ (tools.querySelector("select"));
  const count = /** @type {HTMLElement} */ (tools.querySelector("[role=status]"));
  const filter = () => {
    const sought = words.value.trim().toLocaleLowerCase();
    for (const row of rows) {
      const name = row.cells[0].textContent.toLocaleLowerCase();
      const has = !which.value || (row.dataset.has ?? "").split(" ").includes(which.value);
      row.hidden = !has || !name.includes(sought);
    }
    count.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} shown`;
  };
  words.addEventListener("input", filter);
  which.addEventListener("change", filter);
  tools.hidden = false;
  filter();
}

/** @param {HTMLTableElement} table */
function offerSorting(table) {
  for (const [column, head] of headsOf(table).entries()) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sortBy(table, head, column));
  }
}

/** @param {HTMLTableElement} table @returns {HTMLTableCellElement[]} */
const headsOf = (table) => [...(table.tHead?.rows[0].cells ?? [])];

/** @param {HTMLTableElement} table @param {HTMLTableCellElement} head @param {number} column */
function sortBy(table, head, column) {
  const down = head.ariaSort === "ascending";
  for (const other of headsOf(table)) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const { compare } = new Intl.Collator(undefined, { numeric: true });
  const body = table.tBodies[0];
  const rows = [...body.rows].sort((a, b) => {
    const [x, y] = [sortValue(a.cells[column]), sortValue(b.cells[column])];
    const numbers = typeof x === "number" && typeof y === "number";
    const difference = numbers ? x - y : compare(String(x), String(y));
    return down ? -difference : difference;
  });
  body.append(...rows);
}

/** What a cell is sorted by. @param {HTMLTableCellElement} cell */
const sortValue = ({ dataset, textContent }) =>
  dataset.value === undefined ? textContent.trim() : Number(dataset.value);

const students = document.querySelector(".students");
const tools = document.querySelector(".tools");
if (students instanceof HTMLTableElement && tools instanceof HTMLElement) {
  offerSorting(students);
  offerFilter(students, tools);
}
