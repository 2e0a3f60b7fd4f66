import { readBasic } from "../domain/basic_credentials.js";
import { canonicalOrigin } from "../domain/web_origin.js";
import { pageFields } from "./page_fields.js";
import { HttpRefusal } from "./refusal.js";
/** @throws TypeError when there is no app, two of the same id, or one that makes no sense. */
export function createServedApps(apps) {
    const all = apps.map(served);
    const byId = new Map(all.map((app) => [app.id, app]));
    const [first] = all;
    if (!first)
        throw new TypeError("apps must have at least one app");
    if (byId.size !== all.length)
        throw new TypeError("apps must have different ids");
    return {
        all,
        find: (id) => byId.get(id ?? ""),
        named(id) {
            const app = id === undefined ? first : byId.get(id);
            if (!app)
                throw new HttpRefusal(400, "APP_UNKNOWN", "there is no such app");
            return app;
        },
    };
}
function served({ origins = [], bindToBrowser = true, requireCodeChallenge = true, ...app }) {
    const { exchangeFromBrowser = false, fullUserInStatus = false, pollByTicketId = false } = app;
    if (fullUserInStatus && pollByTicketId) {
        throw new TypeError("fullUserInStatus and pollByTicketId together tell the user to whoever sees the code");
    }
    const given = app.pageFields ?? [];
    if (!given.every((field) => pageFields.includes(field))) {
        throw new TypeError(`the pageFields of ${app.id} must be among ${pageFields.join(", ")}`);
    }
    for (const origin of origins) {
        if (isOrigin(origin))
            continue;
        const right = canonicalOrigin(origin) ?? "https://shop.example.com";
        throw new TypeError(`the origins of ${app.id} must be as browsers send them, like ${right}`);
    }
    const exact = new Set(origins.filter((origin) => !origin.endsWith(":*")));
    // Only the configuration's check knows that these are on loopback; here they are taken as they are.
    const anyPort = origins.filter((origin) => origin.endsWith(":*")).map((origin) => origin.slice(0, -2));
    return {
        id: app.id,
        credentials: { appId: app.id, appSecret: app.secret },
        bindToBrowser,
        requireCodeChallenge,
        exchangeFromBrowser,
        fullUserInStatus,
        pollByTicketId,
        pageFields: new Set(given),
        allows(text) {
            if (exact.has(text))
                return true;
            const origin = canonicalOrigin(text);
            if (origin === undefined)
                return false;
            return exact.has(origin) || anyPort.includes(origin.replace(/:\d{1,5}$/, ""));
        },
    };
}
/**
 * Returns the credentials in an `authorization: Basic` header; undefined if there are none of that form. The id is that of an app
 * where one has it, encoded or not. The secret stays as it came, for the service to compare.
 */
export function basicCredentials(header, apps) {
    const read = readBasic(header ?? "");
    if ("failure" in read)
        return undefined;
    const { id, decoded, secret } = read;
    return { appId: (apps.find(id) ?? apps.find(decoded.id))?.id ?? id, appSecret: secret };
}
/** Whether browsers write an origin like this; on its port there may be `*`. */
function isOrigin(text) {
    const origin = text.replace(/:\*$/, "");
    return canonicalOrigin(origin) === origin;
}
