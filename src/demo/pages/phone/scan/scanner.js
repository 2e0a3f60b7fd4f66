// Reads a code from the camera, from an image that is chosen, pasted or dropped, or from text.

import { showText } from "../texts.js";
import { readCamera, readImage } from "./qr_reader.js";

const byId = (id) => document.getElementById(id);

/**
 * Creates the scanner. It reads while its section is visible.
 *
 * @param onText Called with the text of a code.
 * @param onProblem Called with the name of a text that says why nothing was read.
 */
export function createScanner({ onText, onProblem }) {
  let cameraAbort;
  // Images that are read when the scanner stops are ignored.
  let generation = 0;

  byId("use-camera").onclick = () => (cameraAbort ? stop() : startCamera());
  byId("file").onchange = async ({ target }) => {
    await scanImage(target.files[0]);
    target.value = "";
  };
  byId("paste").onclick = readClipboard;
  byId("typed").onsubmit = (event) => {
    event.preventDefault();
    submit(byId("text").value);
  };
  document.addEventListener("paste", (event) => {
    if (!isVisible() || event.target === byId("text")) return;
    event.preventDefault();
    void readTransfer(event.clipboardData);
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    if (isVisible()) void readTransfer(event.dataTransfer);
  });

  function submit(text) {
    stop();
    if (text.trim()) onText(text.trim());
    else onProblem("demo.nothingToPaste");
  }

  async function startCamera() {
    cameraAbort = new AbortController();
    const { signal } = cameraAbort;
    onProblem();
    showText(byId("use-camera"), "demo.stopCamera");
    byId("hint").hidden = true;
    try {
      const text = await readCamera(byId("camera"), signal);
      if (text && !signal.aborted) submit(text);
    } catch (error) {
      if (signal.aborted) return;
      stop();
      onProblem(error.name === "NotAllowedError" ? "demo.cameraBlocked" : "demo.cameraMissing");
    }
  }

  /** Stops the camera, and ignores what is being read. */
  function stop() {
    generation += 1;
    cameraAbort?.abort();
    cameraAbort = undefined;
    showText(byId("use-camera"), "demo.startCamera");
    byId("hint").hidden = false;
  }

  async function readClipboard() {
    try {
      const [item] = await navigator.clipboard.read();
      const type = item.types.find((one) => one.startsWith("image/")) ?? "text/plain";
      const blob = await item.getType(type);
      if (type === "text/plain") submit(await blob.text());
      else await scanImage(blob);
    } catch (error) {
      const isEmpty = error.name === "NotFoundError" || error instanceof TypeError;
      onProblem(isEmpty && navigator.clipboard?.read ? "demo.nothingToPaste" : "demo.pasteByKeyboard");
    }
  }

  /** Reads pasted or dropped data: an image, the address of an image of the demo, or text. */
  async function readTransfer(transfer) {
    const image = [...transfer.files].find(({ type }) => type.startsWith("image/"));
    if (image) return scanImage(image);
    const text = transfer.getData("text/plain").trim();
    // No other address is opened: a code may name one that someone else has chosen.
    if (!text.startsWith(`${location.origin}/`)) return submit(text);
    stop();
    const ownGeneration = generation;
    const response = await fetch(text).catch(() => undefined);
    const file = await response?.blob();
    if (ownGeneration === generation) await scanImage(file);
  }

  async function scanImage(file) {
    if (!file) return;
    stop();
    const ownGeneration = generation;
    const text = await readImage(file).catch(() => null);
    if (ownGeneration !== generation) return;
    if (text === null) onProblem("demo.notAnImage");
    else if (text === undefined) onProblem("demo.noCodeInImage");
    else submit(text);
  }

  return { stop };
}

const isVisible = () => !byId("scan").hidden;
