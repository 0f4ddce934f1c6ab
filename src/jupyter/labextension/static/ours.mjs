// Which cells are the course's own, and what the kernel is to run for them.
//
// What goes to the kernel is not the cell's text: it is put together here, from the name and the
// id that the cell calls, behind a line that keeps the notebook's folder out of what is imported.
// So neither a changed cell nor a module of our name beside the notebook is run by opening it.

// As notebook/assignments.py writes them: a title, an import, a blank line, a call. What ends a
// line for Python or IPython, and every other control character, is in no title of ours.
const TITLE = String.raw`# [^\p{Cc}\p{Zl}\p{Zp}]+`;
const WORDS = "[a-z0-9]+(?:-[a-z0-9]+)*";
const CALLS = [
  String.raw`(?:progress|certificate|my_course)\(\)`,
  // The course's title: a text without anything that could end it.
  String.raw`certificate\("[^"\\\p{Cc}\p{Zl}\p{Zp}]{1,200}"\)`,
  String.raw`(?:exercise|poster)\("${WORDS}"\)`,
  String.raw`check\("${WORDS}"(?:, points=\d{1,6}(?:\.\d{1,6})?)?\)`,
];
const OURS = new RegExp(
  String.raw`^${TITLE}\nfrom allyship_course import ([a-z_]+)\n\n(?=\1\()(${CALLS.join("|")})$`,
  "u",
);

// A kernel looks for modules in the notebook's folder before it looks among those installed. It
// stays out for good: what is imported while a form is answered must not come from there either.
const GUARD = [
  "(lambda os, sys: sys.path.__setitem__(slice(None), [p for p in sys.path if os.path.isabs(p)",
  " and os.path.realpath(p) != os.path.realpath(os.getcwd())]))(__import__('os'), __import__('sys'))",
].join("");

/**
 * What the kernel is to run for a cell, if the cell is one of ours.
 * @param {any} cell
 * @returns {string | undefined}
 */
export function codeFor(cell) {
  if (cell.isDisposed || cell.model.type !== "code") return undefined;
  const [, name, call] = OURS.exec(cell.model.sharedModel.getSource()) ?? [];
  return name && `${GUARD}\nfrom allyship_course import ${name}\n\n${call}`;
}
