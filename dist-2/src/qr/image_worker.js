import { parentPort } from "node:worker_threads";
import { Refusal } from "../domain/refusal.js";
import { draw } from "./draw_image.js";
if (!parentPort)
    throw new Error("image_worker is started by image as a worker thread");
const port = parentPort;
port.on("message", ({ content, options }) => {
    const answer = answerTo(content, options);
    const isImage = answer.kind === "drawn" && "data" in answer.drawing;
    port.postMessage(answer, isImage ? [answer.drawing.data.buffer] : []);
});
function answerTo(content, options) {
    try {
        return { kind: "drawn", drawing: draw(content, options) };
    }
    catch (error) {
        if (error instanceof Refusal) {
            const { reason, message, fieldViolations } = error;
            return { kind: "refused", reason, message, fieldViolations };
        }
        return { kind: "failed", at: placeOf(error) };
    }
}
/** The name and the stack of an error. Its message stays here: libraries quote in it what they could not draw. */
function placeOf(error) {
    if (!(error instanceof Error))
        return "not an Error";
    const { name, message, stack = "" } = error;
    const start = stack.indexOf(message);
    return start < 0 ? name : name + stack.slice(start + message.length);
}
