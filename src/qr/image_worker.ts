import { parentPort } from "node:worker_threads";
import type { ErrorReason, FieldViolation } from "../domain/ticket_error.js";
import { TicketError } from "../domain/ticket_error.js";
import type { Drawing, ImageOptions } from "./draw_image.js";
import { draw } from "./draw_image.js";

/** What the worker is sent: one image to draw. It is sent the next one when it has answered. */
export interface DrawRequest {
  readonly content: string;
  readonly options: ImageOptions;
}

/** What the worker answers. */
export type DrawResult =
  | { readonly kind: "drawn"; readonly drawing: Drawing }
  | {
      readonly kind: "refused";
      readonly reason: ErrorReason;
      readonly message: string;
      readonly fieldViolations: readonly FieldViolation[];
    }
  /** A fault: where it was thrown, without the error's message. */
  | { readonly kind: "failed"; readonly stack: string };

if (!parentPort) throw new Error("image_worker is started by image as a worker thread");
const port = parentPort;

port.on("message", ({ content, options }: DrawRequest) => {
  const answer = handleRequest(content, options);
  const isImage = answer.kind === "drawn" && "data" in answer.drawing;
  port.postMessage(answer, isImage ? [answer.drawing.data.buffer] : []);
});

function handleRequest(content: string, options: ImageOptions): DrawResult {
  try {
    return { kind: "drawn", drawing: draw(content, options) };
  } catch (error) {
    if (error instanceof TicketError) {
      const { reason, message, fieldViolations } = error;
      return { kind: "refused", reason, message, fieldViolations };
    }
    return { kind: "failed", stack: redactedStackOf(error) };
  }
}

/** The name and the stack of an error. Its message stays here: libraries quote in it what they could not draw. */
function redactedStackOf(error: unknown): string {
  if (!(error instanceof Error)) return "not an Error";
  const { name, message, stack = "" } = error;
  const start = stack.indexOf(message);
  return start < 0 ? name : name + stack.slice(start + message.length);
}
