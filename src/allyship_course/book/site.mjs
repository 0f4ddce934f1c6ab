/** Where this site stands, and under which names it keeps things in the browser. */

/**
 * The site's root: every script lies one folder below it. A script that has no address of its own
 * counts for its host.
 */
export const SITE = new URL(
  "..",
  /^https?:|^file:/u.test(import.meta.url) ? import.meta.url : `${location.origin}/_/_`,
);

/** What this course calls itself in a browser. */
export const COURSE = document.documentElement.dataset.keeps ?? "course";
/** Whether the whole site is a course, and not a site of somebody's with exercises in it. */
export const WHOLE_SITE = "keeps" in document.documentElement.dataset;

/** One spelling of an address that a host may give at several. @param {string} path */
export const samePlace = (path) => path.replace(/\/+/gu, "/").toLowerCase();

/** Whether this page is part of a package that a learning platform shows. */
export const PACKAGED = document.documentElement.hasAttribute("data-package");

/**
 * Under whose name all is kept: the site's path, so that two courses on one host do not meet. Many
 * hosts give the same site at /Course/ and at /course/: it is one place. In a package it is the
 * learner's, which the window that launched the course has given to this one: two learners of one
 * platform may share a browser.
 */
export const PLACE = PACKAGED ? window.name : samePlace(SITE.pathname);

/** Whether this page knows under whose name to keep what is written. */
export const HAS_PLACE = !PACKAGED || /^allyship-[0-9a-f]{32}$/.test(PLACE);

/**
 * A name in the browser's store. Of an exercise it is that of its path, module/exercise.
 * @param {string} name
 */
export const siteKey = (name) => `${COURSE}:${PLACE}:${name}`;

/**
 * The place in a page of the book that a script fills in.
 * @param {string} name
 * @returns {HTMLElement | null}
 */
export const coursePart = (name) => document.querySelector(`[data-course="${name}"]`);

/**
 * Load a style sheet that few pages need; resolves when it holds, or could not be had.
 * @param {string} name  beside the scripts
 */
export const loadStyle = (name) =>
  new Promise((resolve) => {
    const href = new URL(name + new URL(import.meta.url).search, import.meta.url).href;
    const link = document.createElement("link");
    if (document.querySelector(`link[href="${href}"]`)) return resolve(undefined);
    link.rel = "stylesheet";
    link.href = href;
    link.addEventListener("load", resolve);
    link.addEventListener("error", resolve);
    document.head.append(link);
  });
