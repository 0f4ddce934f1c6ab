/**
 * What somebody presses to have the forms of a notebook answer again. Our extension of JupyterLab
 * has a button for it; elsewhere there is the menu.
 */

const BUTTON = "Press Start the exercises, at the top of this notebook";
const MENU = "In the menu choose Run, then Run All Cells";

/** @param {Element} element  in the notebook */
export const howToStart = (element) => (element.closest("[data-allyship-starts]") ? BUTTON : MENU);
