import { parseBasicCredentials } from "../../base/basic_credentials.js";
import { parseWebOrigin } from "../../base/web_origin.js";
import type { AppCredentials } from "../../client/index.js";
import { HttpError } from "../http/http_error.js";
import { type PageField, pageFields } from "./page_fields.js";

/** An app that the gateway acts for. */
export interface GatewayApp {
  readonly id: string;
  readonly secret: string;
  /**
   * Origins of other sites whose pages may call, such as `https://shop.example.com`. On loopback the port may be `*`. Pages
   * of the gateway's own origin always may. None by default.
   */
  readonly origins?: readonly string[] | undefined;
  /**
   * Whether a handle of the gateway's own API is good in the browser alone that it was made for, which a cookie tells. True by
   * default. False lets pages of other sites work in browsers that block third-party cookies.
   */
  readonly bindToBrowser?: boolean | undefined;
  /**
   * Whether a page is told the exchange ticket only of a ticket that was created with a `codeChallenge`. True by default. False
   * leaves it to the site's backend to check that the exchange ticket belongs to the browser that posts it (login CSRF).
   */
  readonly requireCodeChallenge?: boolean | undefined;
  /** Whether the browser that a ticket was made for may exchange it without the app's secret. False by default. */
  readonly exchangeFromBrowser?: boolean | undefined;
  /** Authing API: whether the status call itself exchanges, and answers the whole user. False by default. */
  readonly fullUserInStatus?: boolean | undefined;
  /**
   * Authing API: whether the ticket id, which stands in the code, is enough to poll. Whoever sees the code can then follow it,
   * and take the exchange ticket. Works in one gateway process, until it restarts. False by default.
   */
  readonly pollByTicketId?: boolean | undefined;
  /**
   * The fields that pages may set in the tickets that they create. The phone is told that the page claims them. A page that sets
   * another one is refused with INVALID_REQUEST. None by default.
   */
  readonly pageFields?: readonly PageField[] | undefined;
}

/** An app with every switch set. */
export interface RegisteredApp {
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
  allowsOrigin(origin: string): boolean;
}

export interface AppRegistry {
  readonly all: readonly RegisteredApp[];
  /** The app of this id, for what was made for an app that may have left the configuration since. */
  find(id: string | undefined): RegisteredApp | undefined;
  /** The app of this id, or the first one where none is named. Refuses with APP_UNKNOWN. */
  resolve(id: string | undefined): RegisteredApp;
}

/** @throws TypeError when there is no app, two of the same id, or one that makes no sense. */
export function createAppRegistry(apps: readonly GatewayApp[]): AppRegistry {
  const all = apps.map(toRegisteredApp);
  const byId = new Map(all.map((app) => [app.id, app]));
  const [first] = all;
  if (!first) throw new TypeError("apps must have at least one app");
  if (byId.size !== all.length) throw new TypeError("apps must have different ids");
  return {
    all,
    find: (id) => byId.get(id ?? ""),
    resolve(id) {
      const app = id === undefined ? first : byId.get(id);
      if (!app) throw new HttpError(400, "APP_UNKNOWN", "there is no such app");
      return app;
    },
  };
}

function toRegisteredApp({
  origins = [],
  bindToBrowser = true,
  requireCodeChallenge = true,
  ...app
}: GatewayApp): RegisteredApp {
  const { exchangeFromBrowser = false, fullUserInStatus = false, pollByTicketId = false } = app;
  if (fullUserInStatus && pollByTicketId) {
    throw new TypeError(
      "fullUserInStatus and pollByTicketId together tell the user to whoever sees the code",
    );
  }
  const fields = app.pageFields ?? [];
  if (!fields.every((field) => pageFields.includes(field))) {
    throw new TypeError(`the pageFields of ${app.id} must be among ${pageFields.join(", ")}`);
  }
  for (const origin of origins) {
    if (isOrigin(origin)) continue;
    const example = parseWebOrigin(origin) ?? "https://shop.example.com";
    throw new TypeError(`the origins of ${app.id} must be as browsers send them, like ${example}`);
  }
  const exactOrigins = new Set(origins.filter((origin) => !origin.endsWith(":*")));
  // Only the configuration's check knows that these are on loopback; here they are taken as they are.
  const anyPortOrigins = origins
    .filter((origin) => origin.endsWith(":*"))
    .map((origin) => origin.slice(0, -2));
  return {
    id: app.id,
    credentials: { appId: app.id, appSecret: app.secret },
    bindToBrowser,
    requireCodeChallenge,
    exchangeFromBrowser,
    fullUserInStatus,
    pollByTicketId,
    pageFields: new Set(fields),
    allowsOrigin(text) {
      if (exactOrigins.has(text)) return true;
      const origin = parseWebOrigin(text);
      if (origin === undefined) return false;
      return exactOrigins.has(origin) || anyPortOrigins.includes(origin.replace(/:\d{1,5}$/, ""));
    },
  };
}

/**
 * Returns the credentials in an `authorization: Basic` header; undefined if there are none of that form. The id is that of an app
 * where one has it, encoded or not. The secret stays as it came, for the service to compare.
 */
export function readBasicCredentials(
  header: string | undefined,
  apps: AppRegistry,
): AppCredentials | undefined {
  const read = parseBasicCredentials(header ?? "");
  if ("failure" in read) return undefined;
  const { id, formDecoded, secret } = read;
  return { appId: (apps.find(id) ?? apps.find(formDecoded.id))?.id ?? id, appSecret: secret };
}

/** Whether browsers write an origin like this; on its port there may be `*`. */
function isOrigin(text: string): boolean {
  const origin = text.replace(/:\*$/, "");
  return parseWebOrigin(origin) === origin;
}
