import type { FieldViolation, Reason } from "../domain/refusal.js";
import type { Drawing, ImageOptions } from "./draw_image.js";
/** What the worker is sent: one image to draw. It is sent the next one when it has answered. */
export interface DrawRequest {
    readonly content: string;
    readonly options: ImageOptions;
}
/** What the worker answers. */
export type DrawAnswer = {
    readonly kind: "drawn";
    readonly drawing: Drawing;
} | {
    readonly kind: "refused";
    readonly reason: Reason;
    readonly message: string;
    readonly fieldViolations: readonly FieldViolation[];
}
/** A fault: where it was thrown, without the error's message. */
 | {
    readonly kind: "failed";
    readonly at: string;
};
