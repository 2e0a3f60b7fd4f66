import type { AppCredentials } from "../client/index.js";
import type { GatewayApp } from "./options.js";
import { type PageField } from "./page_fields.js";
/** An app with every switch set. */
export interface ServedApp {
    readonly id: string;
    readonly credentials: AppCredentials;
    readonly bindToBrowser: boolean;
    readonly requireCodeChallenge: boolean;
    readonly exchangeFromBrowser: boolean;
    readonly fullUserInStatus: boolean;
    readonly pollByTicketId: boolean;
    /** The fields of a new ticket that pages may set. */
    readonly pageFields: ReadonlySet<PageField>;
    /** Whether a page of this origin may call for the app. */
    allows(origin: string): boolean;
}
export interface ServedApps {
    readonly all: readonly ServedApp[];
    /** The app of this id, for what was made for an app that may have left the configuration since. */
    find(id: string | undefined): ServedApp | undefined;
    /** The app of this id, or the first one where none is named. Refuses with APP_UNKNOWN. */
    named(id: string | undefined): ServedApp;
}
/** @throws TypeError when there is no app, two of the same id, or one that makes no sense. */
export declare function createServedApps(apps: readonly GatewayApp[]): ServedApps;
/**
 * Returns the credentials in an `authorization: Basic` header; undefined if there are none of that form. The id is that of an app
 * where one has it, encoded or not. The secret stays as it came, for the service to compare.
 */
export declare function basicCredentials(header: string | undefined, apps: ServedApps): AppCredentials | undefined;
