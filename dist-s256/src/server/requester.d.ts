import { ContextSource, type RequesterContext as RequesterMessage } from "../../gen/qrlogin/v1/ticket.js";
import type { RequesterContext, ContextSource as Source } from "../domain/ticket.js";
import type { Fields } from "./decode.js";
/** Reads the context of the screen that asks, and reports fields that are at fault. */
export declare function readRequester(message: RequesterMessage | undefined, fields: Fields): RequesterContext;
/** Reads the source of an item. Reports a source that is not known, and an observed one of what nobody can observe. */
export declare function readContextSource(field: string, given: ContextSource | undefined, fields: Fields, canBeObserved?: boolean): Source | undefined;
