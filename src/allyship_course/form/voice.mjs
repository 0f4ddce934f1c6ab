/**
 * Whether this device can read aloud by itself. Other voices send the text to somebody's computer:
 * they are never used.
 */

/** A voice of the device for the page's language. @returns {SpeechSynthesisVoice | undefined} */
export const ownVoice = () =>
  globalThis.speechSynthesis
    ?.getVoices()
    .find(({ localService, lang }) => localService && languageOf(lang) === pageLanguage());

/** @param {string} lang  such as en-GB or en_GB */
const languageOf = (lang) => lang.toLowerCase().split(/[-_]/u)[0];

const pageLanguage = () => languageOf(document.documentElement.lang || "en");

/** Show a button once the device turns out to have such a voice. @param {HTMLElement} button */
export function showWithVoice(button) {
  const show = () => button.toggleAttribute("hidden", !ownVoice());
  // Some browsers know their voices only after a while.
  globalThis.speechSynthesis?.addEventListener("voiceschanged", show);
  show();
}
