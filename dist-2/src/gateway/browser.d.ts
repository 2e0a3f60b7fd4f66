import type { FastifyReply, FastifyRequest } from "fastify";
import { HttpRefusal } from "./refusal.js";
/** The digests of the browser's cookies, for {@link isFor}. */
export declare function browsersOf(request: FastifyRequest): readonly string[];
/** The browser of a request, by its cookies. */
export interface CallingBrowser {
    /** The digests of its cookies, for {@link isFor}. */
    readonly browsers: readonly string[];
    /**
     * Whether it is a browser that sent none of the gateway's cookies: it blocks them. A caller that sends no headers of a browser
     * cannot be helped by that, and whoever found a handle is not told that it is genuine.
     */
    readonly hasNoCookie: boolean;
}
export declare function callingBrowserOf(request: FastifyRequest): CallingBrowser;
/**
 * Returns the digest of the cookie that this browser has from now on; gives it one where it has none.
 *
 * @throws HttpRefusal HTTPS_REQUIRED where the page itself was loaded over plain http from another machine: browsers drop the cookie.
 */
export declare function knowBrowser(request: FastifyRequest, reply: FastifyReply, embedded: boolean): string;
/** Whether what is bound to a browser is bound to one of these. */
export declare function isFor(boundTo: string, browsers: readonly string[]): boolean;
/**
 * Returns the refusal of a genuine handle that is bound to a browser, where no cookie of the gateway came at all. Which browser it is
 * bound to stays unsaid.
 */
export declare function cookieMissing(): HttpRefusal;
/** Whether a host name in a request can only mean this machine. */
export declare function isLoopbackName(host: string): boolean;
