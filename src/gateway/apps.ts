import type { AppCredentials } from "../client/index.js";
import type { GatewayApp } from "./options.js";
import { type PageField, pageFields } from "./page_fields.js";
import { HttpRefusal } from "./refusal.js";

/** An app with every switch set. */
export interface ServedApp {
  readonly id: string;
  readonly credentials: AppCredentials;
  readonly bindToBrowser: boolean;
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
export function createServedApps(apps: readonly GatewayApp[]): ServedApps {
  const all = apps.map(served);
  const byId = new Map(all.map((app) => [app.id, app]));
  const [first] = all;
  if (!first) throw new TypeError("apps must have at least one app");
  if (byId.size !== all.length) throw new TypeError("apps must have different ids");
  return {
    all,
    find: (id) => byId.get(id ?? ""),
    named(id) {
      const app = id === undefined ? first : byId.get(id);
      if (!app) throw new HttpRefusal(400, "APP_UNKNOWN", "there is no such app");
      return app;
    },
  };
}

function served({ origins = [], bindToBrowser = true, ...app }: GatewayApp): ServedApp {
  const { exchangeFromBrowser = false, fullUserInStatus = false, pollByTicketId = false } = app;
  if (fullUserInStatus && pollByTicketId) {
    throw new TypeError(
      "fullUserInStatus and pollByTicketId together tell the user to whoever sees the code",
    );
  }
  const given = app.pageFields ?? [];
  if (!given.every((field) => pageFields.includes(field))) {
    throw new TypeError(`the pageFields of ${app.id} must be among ${pageFields.join(", ")}`);
  }
  if (!origins.every(isOrigin)) {
    throw new TypeError(`the origins of ${app.id} must be like https://shop.example.com`);
  }
  const exact = new Set(origins.filter((origin) => !origin.endsWith(":*")));
  // Only the configuration's check knows that these are on loopback; here they are taken as they are.
  const anyPort = origins.filter((origin) => origin.endsWith(":*")).map((origin) => origin.slice(0, -2));
  return {
    id: app.id,
    credentials: { appId: app.id, appSecret: app.secret },
    bindToBrowser,
    exchangeFromBrowser,
    fullUserInStatus,
    pollByTicketId,
    pageFields: new Set(given),
    allows: (origin) => exact.has(origin) || anyPort.includes(origin.replace(/:\d{1,5}$/, "")),
  };
}

/** The credentials in an `authorization: Basic` header (RFC 7617); undefined if there are none of that form. */
export function basicCredentials(header: string | undefined): AppCredentials | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon > 0 && colon < text.length - 1
    ? { appId: text.slice(0, colon), appSecret: text.slice(colon + 1) }
    : undefined;
}

/** Whether browsers write an origin like this; on its port there may be `*`. */
function isOrigin(text: string): boolean {
  const origin = text.replace(/:\*$/, "");
  return URL.canParse(origin) && new URL(origin).origin === origin;
}
