import { parentPort } from "node:worker_threads";
import type { ErrorReason, FieldViolation } from "../domain/ticket_error.js";
import { TicketError } from "../domain/ticket_error.js";
import type { Drawing, ImageOptions } from "./draw_image.js";
import { draw } from "./draw_image.js";

/** Request to draw one image. The next request is posted only after the response. */
export interface DrawRequest {
  readonly content: string;
  readonly options: ImageOptions;
}

/** Response of the worker. */
export type DrawResult =
  | { readonly kind: "drawn"; readonly drawing: Drawing }
  | {
      readonly kind: "refused";
      readonly reason: ErrorReason;
      readonly message: string;
      readonly fieldViolations: readonly FieldViolation[];
    }
  /** An unexpected error, with its stack but without its message. */
  | { readonly kind: "failed"; readonly stack: string };

if (!parentPort) throw new Error("image_worker can only run as a worker thread of image_renderer");
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

/**
 * Returns the name and the stack of an error. The message is removed, since libraries quote in it the text to
 * draw.
 */
function redactedStackOf(error: unknown): string {
  if (!(error instanceof Error)) return "not an Error";
  const { name, message, stack = "" } = error;
  const start = stack.indexOf(message);
  return start < 0 ? name : name + stack.slice(start + message.length);
}
