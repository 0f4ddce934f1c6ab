/** The named parts of a template that a script fills in. */

/**
 * A part of a template by its name, which the template must have.
 * @param {ParentNode} scope
 * @param {string} name
 * @returns {HTMLElement}
 */
export function part(scope, name) {
  const element = scope.querySelector(`[data-part="${name}"]`);
  if (!element) throw new Error(`the template has no part "${name}"`);
  return /** @type {HTMLElement} */ (element);
}

/**
 * The same for a part that is typed into.
 * @param {ParentNode} scope
 * @param {string} name
 */
export const inputPart = (scope, name) => /** @type {HTMLInputElement} */ (part(scope, name));
