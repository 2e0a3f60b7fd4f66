import type { FastifyRequest } from "fastify";
import { ContextSource, type RequesterContext } from "../client/index.js";
/**
 * Returns the context that the approver is shown of the screen that asks. The address of a browser is observed; all else is what
 * the page and its browser say. Of a caller that is no browser, such as the backend of a site, neither address nor user agent is
 * the browser's, so that both are left out.
 */
export declare function requesterOf(request: FastifyRequest, { deviceName, location, }?: {
    readonly deviceName?: string | undefined;
    readonly location?: string | undefined;
}): RequesterContext;
/** Returns the context as JSON for phones, with the names of the sources. */
export declare function requesterAnswer(requester: RequesterContext | undefined): Record<string, string> | null;
/** Returns the name of a source, such as `CLAIMED_BY_PAGE`. */
export declare function sourceName(source: ContextSource): string;
