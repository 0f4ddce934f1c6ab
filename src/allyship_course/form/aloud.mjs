/** Reading aloud, piece by piece, by the device's own voice. Nothing is read unless somebody asks. */

import { ownVoice } from "./voice.mjs";

/** What is being read. @type {{button: HTMLElement, piece?: HTMLElement} | undefined} */
let reading;

/**
 * Read aloud, or stop if it is being read.
 * @param {HTMLElement} button  which shows that it is
 * @param {HTMLElement[]} pieces
 */
export function toggleReading(button, pieces) {
  const again = reading?.button === button;
  stopReading();
  const voice = ownVoice();
  if (again || !voice) return;
  const mine = { button };
  reading = mine;
  button.setAttribute("aria-pressed", "true");
  addEventListener("pagehide", stopReading, { once: true });
  const [first, ...others] = pieces.filter((piece) => piece.textContent?.trim());
  const goOn = (/** @type {HTMLElement | undefined} */ piece) => {
    if (reading !== mine) return;
    if (piece) readPiece(piece, voice, () => goOn(others.shift()));
    else stopReading();
  };
  goOn(first);
}

export function stopReading() {
  if (!reading) return;
  const { button, piece } = reading;
  reading = undefined;
  piece?.removeAttribute("data-spoken");
  button.setAttribute("aria-pressed", "false");
  speechSynthesis.cancel();
}

/**
 * @param {HTMLElement} piece
 * @param {SpeechSynthesisVoice} voice
 * @param {() => void} then
 */
function readPiece(piece, voice, then) {
  if (!reading) return;
  reading.piece?.removeAttribute("data-spoken");
  reading.piece = piece;
  piece.setAttribute("data-spoken", "");
  piece.scrollIntoView({ block: "nearest" });
  const spoken = new SpeechSynthesisUtterance(piece.textContent ?? "");
  spoken.voice = voice;
  spoken.lang = voice.lang;
  spoken.addEventListener("end", then);
  spoken.addEventListener("error", then);
  speechSynthesis.speak(spoken);
}
