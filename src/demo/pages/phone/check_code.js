// The check code, which the user types on the website. It is on the screen only: it cannot be selected, and there is no
// button that copies or shares it, since a code that is easy to send is soon sent to somebody else.
import { showText } from "./texts.js";

const byId = (id) => document.getElementById(id);

/** Texts that name the website, by the id of their element. */
const texts = {
  "check-code-title": "screen.checkCodeTitle",
  "check-code-warning": "screen.checkCodeWarning",
  "check-code-question": "screen.checkCodeQuestion",
};

/** Shows the code and the name of the website that it is for. */
export function showCheckCode(code, app) {
  for (const [id, name] of Object.entries(texts)) showText(byId(id), name, { app });
  const half = Math.floor(code.length / 2);
  byId("digits").textContent = `${code.slice(0, half)} ${code.slice(half)}`;
  // Commas make screen readers say each digit, not a number in the millions.
  byId("spoken-digits").textContent = [...code].join(", ");
}

/** Removes the code from the page. */
export function clearCheckCode() {
  for (const id of ["digits", "spoken-digits"]) byId(id).textContent = "";
}
