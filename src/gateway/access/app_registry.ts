import { parseBasicCredentials } from "../../base/basic_credentials.js";
import { parseWebOrigin } from "../../base/web_origin.js";
import type { AppCredentials } from "../../client/index.js";
import type { AppDisplay } from "../../http_types.js";
import { HttpError } from "../http/http_error.js";
import type { PageField } from "./page_fields.js";

/** An app that the gateway acts for. */
export interface GatewayApp {
  readonly id: string;
  /** Secret of the app. An app has none if the certificate of `service.tls` alone authenticates it. */
  readonly secret?: string | undefined;
  /** Name that pages show to users, at most 128 characters. By default pages show none. */
  readonly name?: string | undefined;
  /**
   * Logo that pages show beside the name: an https URL (http on loopback only), a path of the gateway's own origin, or
   * a data URL of an image, at most 4,096 characters.
   */
  readonly logo?: string | undefined;
  /**
   * Origins of other sites whose pages may call the gateway, such as `https://shop.example.com`. On loopback
   * the port may be `*`. Pages of the gateway's own origin may always call. None by default.
   */
  readonly origins?: readonly string[] | undefined;
  /**
   * Binds each handle of the gateway's own API to the browser that created the ticket, by a cookie. True by
   * default. False lets pages of other sites work in browsers that block third-party cookies.
   */
  readonly bindToBrowser?: boolean | undefined;
  /**
   * Sends a page the exchange ticket only if its ticket was created with a `codeChallenge`. True by default.
   * If false, the site's backend has to check that an exchange ticket belongs to the browser that posts it
   * (login CSRF).
   */
  readonly requireCodeChallenge?: boolean | undefined;
  /** Lets the browser that created a ticket exchange it without the app's secret. False by default. */
  readonly exchangeFromBrowser?: boolean | undefined;
  /** Authing API: makes the status call exchange the ticket and return the whole user. False by default. */
  readonly fullUserInStatus?: boolean | undefined;
  /**
   * Authing API: lets pages poll with the ticket id, which the QR code contains. Anybody who sees the code
   * can then poll and take the exchange ticket. Works within one gateway process, until it restarts. False by
   * default.
   */
  readonly pollByTicketId?: boolean | undefined;
  /**
   * Fields that pages may set in the tickets that they create. Phones receive them marked as claimed by the
   * page. A page that sets another field gets INVALID_REQUEST. None by default.
   */
  readonly pageFields?: readonly PageField[] | undefined;
}

/** An app with all defaults applied. */
export interface RegisteredApp {
  readonly id: string;
  /** Credentials whose secret is always the present one, also after the apps have been replaced. */
  readonly credentials: AppCredentials;
  readonly display: AppDisplay;
  readonly bindToBrowser: boolean;
  readonly requireCodeChallenge: boolean;
  readonly exchangeFromBrowser: boolean;
  readonly fullUserInStatus: boolean;
  readonly pollByTicketId: boolean;
  readonly pageFields: ReadonlySet<PageField>;
  /** Returns whether a page of this origin may call the gateway for the app. */
  allowsOrigin(origin: string): boolean;
}

/** The apps of the gateway. */
export interface AppRegistry {
  readonly all: readonly RegisteredApp[];
  /** Returns the app of this id, or undefined: a handle can name an app that is no longer configured. */
  find(id: string | undefined): RegisteredApp | undefined;
  /**
   * Returns the app of this id, or the first app if the id is undefined.
   *
   * @throws HttpError APP_UNKNOWN
   */
  resolve(id: string | undefined): RegisteredApp;
  /**
   * Prepares other apps that have been checked. Returns a function that replaces the apps.
   *
   * @throws TypeError if there is no app.
   */
  prepareReplacement(apps: readonly GatewayApp[]): () => void;
}

/**
 * Creates the registry of apps that have been checked.
 *
 * @throws TypeError if there is no app.
 */
export function createAppRegistry(apps: readonly GatewayApp[]): AppRegistry {
  let current = index(apps);

  function index(given: readonly GatewayApp[]) {
    const all = given.map((app) => toRegisteredApp(app, secretOf));
    const [first] = all;
    if (!first) throw new TypeError("apps must have at least one app");
    return { all, first, byId: new Map(all.map((app) => [app.id, app])), secrets: secretsById(given) };
  }

  /** Returns the app's present secret. A watch that reconnects must not use one that has been replaced. */
  function secretOf(app: GatewayApp): string | undefined {
    return current.secrets.has(app.id) ? current.secrets.get(app.id) : app.secret;
  }

  return {
    get all() {
      return current.all;
    },
    find: (id) => current.byId.get(id ?? ""),
    resolve(id) {
      const app = id === undefined ? current.first : current.byId.get(id);
      if (!app) throw new HttpError(400, "APP_UNKNOWN", "there is no app with this id");
      return app;
    },
    prepareReplacement(next) {
      const replacement = index(next);
      return () => {
        current = replacement;
      };
    },
  };
}

const secretsById = (apps: readonly GatewayApp[]) => new Map(apps.map(({ id, secret }) => [id, secret]));

function toRegisteredApp(
  { origins = [], bindToBrowser = true, requireCodeChallenge = true, ...app }: GatewayApp,
  secretOf: (app: GatewayApp) => string | undefined,
): RegisteredApp {
  const { exchangeFromBrowser = false, fullUserInStatus = false, pollByTicketId = false } = app;
  const { name = null, logo = null } = app;
  const exactOrigins = new Set(origins.filter((origin) => !origin.endsWith(":*")));
  const anyPortOrigins = origins.filter((origin) => origin.endsWith(":*")).map(withoutAnyPort);
  return {
    id: app.id,
    credentials: {
      appId: app.id,
      get appSecret() {
        return secretOf(app);
      },
    },
    display: { name, logo },
    bindToBrowser,
    requireCodeChallenge,
    exchangeFromBrowser,
    fullUserInStatus,
    pollByTicketId,
    pageFields: new Set(app.pageFields),
    allowsOrigin(text) {
      if (exactOrigins.has(text)) return true;
      const origin = parseWebOrigin(text);
      if (origin === undefined) return false;
      return exactOrigins.has(origin) || anyPortOrigins.includes(origin.replace(/:\d{1,5}$/, ""));
    },
  };
}

/**
 * Returns the credentials in an `Authorization: Basic` header, or undefined if it has none. Decodes a
 * form-encoded id if that makes it the id of an app. Never decodes the secret, since the service accepts both
 * forms.
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

function withoutAnyPort(origin: string): string {
  return origin.replace(/:\*$/, "");
}
