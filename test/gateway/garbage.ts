import type { SeededRandom } from "../support/fuzzing.js";
import { api } from "./browser.js";

/** A request that anybody could send to any route. */
export interface Garbage {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

/** Valid values, for requests that are almost valid. */
export interface Known {
  /** Browsers, each with its cookies and the handles that are bound to them. */
  readonly browsers: readonly { readonly cookie: string; readonly handles: readonly string[] }[];
  readonly pictures: readonly string[];
  readonly credentials: readonly string[];
  readonly origins: readonly string[];
  /** Ticket ids, exchange tickets and QR contents. */
  readonly texts: readonly string[];
}

/** Every route, with the fields that its body or its query can have. */
const routes: readonly (readonly [string, string, readonly string[]])[] = [
  ["POST", `${api}/tickets`, ["appId", "scene", "customData", "ttlMs", "deviceName", "location"]],
  ["GET", `${api}/tickets/status`, []],
  ["GET", `${api}/tickets/events`, ["handle"]],
  ["POST", `${api}/tickets/withdraw`, ["handle"]],
  ["POST", `${api}/tickets/exchange`, ["handle", "exchangeTicket"]],
  ["POST", `${api}/tickets/complete`, ["handle"]],
  ["GET", `${api}/pictures/`, ["size", "margin", "errorCorrection"]],
  ["GET", "/.well-known/jwks.json", []],
  ["GET", "/healthz", []],
  ["POST", "/api/v2/qrcode/gene", ["scene", "params", "customData"]],
  ["GET", "/api/v2/qrcode/check", ["random"]],
  ["POST", "/api/v2/qrcode/userinfo", ["ticket", "client_id", "client_secret"]],
  ["POST", "/api/v2/qrcode/scanned", ["random"]],
  ["POST", "/api/v2/qrcode/confirm", ["random"]],
  ["POST", "/api/v2/qrcode/cancel", ["random"]],
  ["POST", "/api/v3/gene-qrcode", ["type", "customData"]],
  ["GET", "/api/v3/get-qrcode-status", ["qrcodeId"]],
  ["GET", "/api/v3/check-qrcode-status", ["qrcodeId"]],
  ["POST", "/api/v3/set-qrcode-status", ["qrcodeId", "action"]],
  ["POST", "/api/v3/change-qrcode-status", ["qrcodeId", "action"]],
  ["POST", "/api/v3/exchange-tokenset-with-qrcode-ticket", ["ticket", "client_id", "client_secret"]],
  ["POST", "/api/v3/check-app-id-secret", ["appId", "appSecret"]],
  ["GET", "/api/v3/get-profile", []],
  ["GET", "/api/v2/oidc/validate_token", ["access_token", "id_token"]],
  ["GET", "/oidc/me", ["access_token"]],
  ["POST", "/oidc/me", ["access_token"]],
  ["POST", "/oidc/token/introspection", ["token", "client_id", "client_secret"]],
  ["GET", "/oidc/.well-known/openid-configuration", []],
];

const methods = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"];

const texts = [
  ...[
    "",
    "0",
    "-1",
    "64",
    "1024",
    "1e9",
    "NaN",
    "null",
    "shop",
    "blog",
    "APP_AUTH",
    "SCAN",
    "CONFIRM",
    "CANCEL",
  ],
  ...[
    "a".repeat(70),
    "ä".repeat(300),
    "\u0000\u202e\u2066",
    "💥".repeat(40),
    "\ud800",
    "__proto__",
    "constructor",
  ],
  ...["..", "../../etc/passwd", "<script>", "' or 1=1", "%00", "%zz", "a;b", "x".repeat(9_000), "{}", "[]"],
];

const values: readonly unknown[] = [
  ...[null, true, 0, -1, 1.5, 1e308, 2 ** 53, [], {}, [[]], { a: { b: [1, null] } }],
  ...[{ ["__proto__"]: 1 }, { constructor: { prototype: 1 } }, { toJSON: "x" }, { length: 1e9 }],
];

const broken = [
  Buffer.from([0xff, 0xfe, 0x00]),
  Buffer.from('{"appId":"\xc3\x28"}', "latin1"),
  Buffer.from("\ufeff{}"),
  Buffer.from('{"__proto__":{"x":1}}'),
  Buffer.from('{"constructor":{"prototype":{"x":1}}}'),
  Buffer.from('{"handle":"a","handle":"b"}'),
  Buffer.from("{"),
  Buffer.from('"'),
  Buffer.from("[".repeat(8_000)),
  Buffer.from(`{"customData":${'{"a":'.repeat(1_300)}1${"}".repeat(1_300)}}`),
  Buffer.from(`{"customData":{"a":${"[".repeat(60)}${"]".repeat(60)}}}`),
  Buffer.alloc(70_000, "x"),
  Buffer.from(`{"place":"${"x".repeat(8_000)}"}`),
  Buffer.from('"\\'.repeat(4_000)),
  Buffer.from("1".repeat(8_000)),
];

const contentTypes = [
  ...[
    "application/json; charset=utf-8",
    "application/json;charset=latin1",
    "text/plain",
    "application/xml",
    "*/*",
  ],
  ...[
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json\t",
    ";",
    "a/b/c",
  ],
];

/** Creates a generator of requests, from nonsense to almost valid ones. */
export function garbageMaker(chance: SeededRandom, known: Known): () => Garbage {
  const oneIn = (count: number) => chance.integerBelow(count) === 0;
  let browser = chance.pick(known.browsers);

  /** Valid values of the fields, as far as they do not depend on the ticket. */
  const right: Readonly<Record<string, () => unknown>> = {
    appId: () => chance.pick(["shop", "blog"]),
    scene: () => "APP_AUTH",
    type: () => "MOBILE_APP",
    customData: () => ({ cart: chance.integerBelow(9) }),
    params: () => ({ cart: chance.integerBelow(9) }),
    ttlMs: () => 30_000 + chance.integerBelow(60_000),
    action: () => chance.pick(["SCAN", "CONFIRM", "CANCEL"]),
    size: () => String(64 + chance.integerBelow(400)),
    margin: () => String(chance.integerBelow(9)),
    errorCorrection: () => chance.pick(["L", "M", "Q", "H"]),
    exchangeTicket: () => chance.pick(known.texts),
    handle: () => chance.pick(browser.handles),
    random: () => chance.pick(browser.handles),
    qrcodeId: () => chance.pick(browser.handles),
  };

  function text(): string {
    const { handles } = chance.pick(known.browsers);
    const kinds = [handles, handles, known.texts, [browser.cookie], texts, texts];
    const one = chance.pick(chance.pick(kinds));
    if (oneIn(4)) return tampered(one);
    return oneIn(20) ? chance.bytes(chance.integerBelow(60)).toString("base64") : one;
  }

  function tampered(one: string): string {
    const at = chance.integerBelow(one.length + 1);
    const letter = String.fromCharCode(33 + chance.integerBelow(90));
    return chance.pick([one.slice(0, at), one.slice(at), `${one.slice(0, at)}${letter}${one.slice(at + 1)}`]);
  }

  function fieldsOf(names: readonly string[]): Record<string, unknown> {
    const isRight = oneIn(2);
    const fields = names.flatMap((name): (readonly [string, unknown])[] => {
      if (oneIn(3)) return [];
      const wanted = right[name];
      if (wanted && (isRight || oneIn(2))) return [[name, wanted()]];
      return [[oneIn(30) ? text() : name, oneIn(3) ? chance.pick(values) : text()]];
    });
    return Object.fromEntries(fields);
  }

  function body(names: readonly string[]): Buffer {
    if (oneIn(8)) return chance.pick(broken);
    const json = Buffer.from(JSON.stringify(oneIn(15) ? chance.pick(values) : fieldsOf(names)));
    if (oneIn(6)) return json.subarray(0, chance.integerBelow(json.length + 1));
    if (oneIn(6)) json[chance.integerBelow(json.length)] = chance.integerBelow(256);
    return json;
  }

  function query(names: readonly string[]): string {
    const fields = Object.entries(fieldsOf(names)).map(([name, value]) => {
      const written = typeof value === "string" ? value : JSON.stringify(value);
      return `${escaped(name)}=${escaped(written)}`;
    });
    if (oneIn(10)) fields.push(...fields);
    return fields.length > 0 ? `?${fields.join(oneIn(10) ? ";" : "&")}` : "";
  }

  function escaped(one: string): string {
    if (oneIn(20)) return one.replace(/[^!-~]|#/g, "%zz");
    // Half a surrogate pair has no escape.
    return encodeURIComponent(one.replace(/[\ud800-\udfff]/g, "%"));
  }

  function headers(): Record<string, string> {
    const given: [string, string][] = [];
    const add = (odds: number, name: string, value: () => string) => {
      if (oneIn(odds)) given.push([name, sendable(value())]);
    };
    if (!oneIn(8)) given.push(["content-type", "application/json"]);
    add(10, "content-type", () => chance.pick(contentTypes));
    if (!oneIn(4)) given.push(["cookie", sendable(browser.cookie)]);
    add(10, "cookie", () => `${browser.cookie}; ${text()}=${text()}; ;=`);
    add(2, "qrlogin-handle", () => (oneIn(3) ? text() : chance.pick(browser.handles)));
    add(5, "origin", () => (oneIn(3) ? text() : chance.pick(known.origins)));
    add(5, "access-control-request-method", () => chance.pick(methods));
    add(20, "access-control-request-headers", text);
    add(3, "authorization", () => (oneIn(2) ? `Basic ${text()}` : chance.pick(known.credentials)));
    add(8, "accept", () => chance.pick(["text/event-stream", "*/*;q=0", "text/html", "", ";;,"]));
    add(8, "last-event-id", () => chance.pick(["0", "1", "2", "-1", "x"]));
    add(10, "x-forwarded-for", () => chance.pick(["203.0.113.7", "::1", "unknown", "1.2.3.4, ,", text()]));
    add(20, "x-forwarded-host", text);
    add(20, "x-forwarded-proto", () => chance.pick(["https", "gopher", text()]));
    add(20, "host", () => chance.pick(["localhost", "[::1", "a b", "evil.example.com:99999", "..", text()]));
    add(20, "sec-fetch-site", () => chance.pick(["cross-site", "same-origin", "none", "x"]));
    add(20, "content-encoding", () => chance.pick(["gzip", "br", "identity", "x"]));
    add(20, "user-agent", () => text().repeat(3).slice(0, 6_000));
    add(20, "x-authing-app-id", text);
    add(50, "expect", () => "100-continue");
    return Object.fromEntries(given);
  }

  return () => {
    const [usual, route, names] = chance.pick(routes);
    browser = chance.pick(known.browsers);
    const method = oneIn(15) ? chance.pick(methods) : usual;
    const file = route.endsWith("/pictures/") ? chance.pick(known.pictures) : route;
    const path = oneIn(15) ? `${route}/${escaped(text())}` : file;
    const hasBody = oneIn(15) ? oneIn(2) : method === "POST";
    return {
      method,
      path: `${oneIn(4) && hasBody ? path : `${path}${query(hasBody ? [] : names)}`}`,
      headers: headers(),
      body: hasBody ? body(names) : undefined,
    };
  };
}

/** Replaces the characters that Node.js refuses to send. A separate test sends them over a raw socket. */
function sendable(value: string): string {
  return value.replace(/[^\t\x20-\x7e\x80-\xff]/g, "?").slice(0, 9_000);
}
