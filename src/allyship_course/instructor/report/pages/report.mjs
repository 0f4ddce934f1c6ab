// Filter and sort for the table of students. Without it the table is a plain table.
const table = document.querySelector(".students");
const tools = document.querySelector(".tools");
if (table instanceof HTMLTableElement && tools instanceof HTMLElement) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const words = /** @type {HTMLInputElement} */ (tools.querySelector("input"));
  const which = /** @type {HTMLSelectElement} */ (tools.querySelector("select"));
  const told = /** @type {HTMLElement} */ (tools.querySelector("[role=status]"));

  const filter = () => {
    const sought = words.value.trim().toLocaleLowerCase();
    let shown = 0;
    for (const row of rows) {
      const name = row.cells[0].textContent?.toLocaleLowerCase() ?? "";
      row.hidden = !name.includes(sought) || (which.value !== "" && !(row.dataset.has ?? "").split(" ").includes(which.value));
      if (!row.hidden) shown += 1;
    }
    told.textContent = `${shown} of ${rows.length} shown`;
  };

  /** @param {HTMLTableRowElement} row @param {number} column @returns {number | string} */
  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.value === undefined ? (cell.textContent?.trim() ?? "") : Number(cell.dataset.value);
  };

  /** @param {HTMLTableCellElement} head @param {number} column */
  const sort = (head, column) => {
    const down = head.ariaSort === "ascending";
    for (const other of table.tHead?.rows[0].cells ?? []) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const compare = new Intl.Collator(undefined, { numeric: true }).compare;
    rows.sort((a, b) => {
      const [x, y] = [value(a, column), value(b, column)];
      const order = typeof x === "number" && typeof y === "number" ? x - y : compare(String(x), String(y));
      return down ? -order : order;
    });
    body.append(...rows);
  };

  [...(table.tHead?.rows[0].cells ?? [])].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(head, column));
  });
  words.addEventListener("input", filter);
  which.addEventListener("change", filter);
  tools.hidden = false;
  filter();
}
