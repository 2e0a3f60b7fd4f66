import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { authorization } from "./calls.js";
import type { Tokens } from "./sign_in_rounds.js";

// Requests of an app and of a phone's browser in a sign-in by the device grant, each over its own connection.

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Form = Readonly<Record<string, string>>;

/** Creates an app and a phone, whose session is signed in by the first sign-in. */
export function createDevicePair(address: string): { signIn(): Promise<Tokens>; close(): void } {
  const app = new Agent({ keepAlive: true, maxSockets: 1 });
  const phone = new Agent({ keepAlive: true, maxSockets: 1 });
  const cookies = new Map<string, string>();

  const askApp = (path: string, form: Form) => send(address, app, "POST", path, { authorization }, form);

  /** Sends a request and follows redirects, like a browser. */
  async function browse(method: "GET" | "POST", path: string, form?: Form): Promise<string> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await send(address, phone, method, path, { cookie }, form);
    for (const line of answer.headers["set-cookie"] ?? []) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") cookies.delete(name);
      else cookies.set(name, value);
    }
    const { location } = answer.headers;
    if (location) return browse("GET", new URL(location, `http://${address}`).pathname);
    if (answer.status !== 200)
      throw new Error(`${path} responded with status ${answer.status}: ${answer.body.slice(0, 200)}`);
    return answer.body;
  }

  return {
    async signIn() {
      const device = jsonOf(await askApp("/device/auth", { scope: "openid profile" }));
      const poll = {
        grant_type: "urn:ietf:params:oauth:grant-type:device_code",
        device_code: textIn(device, "device_code"),
      };
      // The app polls once too early. A real app polls every few seconds; with our watch it does not poll at
      // all.
      const early = jsonOf(await askApp("/token", poll));
      if (textIn(early, "error") !== "authorization_pending")
        throw new Error("the peer issued tokens before the phone's confirmation");
      const userCode = textIn(device, "user_code");
      const xsrf = xsrfIn(await browse("GET", `/device?user_code=${userCode}`));
      await browse("POST", "/device", { xsrf, user_code: userCode });
      await browse("POST", "/device", { xsrf, user_code: userCode, confirm: "yes" });
      const tokens = jsonOf(await askApp("/token", poll));
      return { idToken: textIn(tokens, "id_token"), accessToken: textIn(tokens, "access_token") };
    },
    close() {
      app.destroy();
      phone.destroy();
    },
  };
}

function send(
  address: string,
  agent: Agent,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  form: Form = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const type = { "content-type": "application/x-www-form-urlencoded" };
    const all = method === "POST" ? { ...headers, ...type } : headers;
    const call = request(`http://${address}${path}`, { agent, method, headers: all }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    call.on("error", reject).end(method === "POST" ? String(new URLSearchParams(form)) : "");
  });
}

function jsonOf({ body }: Answer): Readonly<Record<string, unknown>> {
  return JSON.parse(body);
}

function textIn(json: Readonly<Record<string, unknown>>, name: string): string {
  const text = json[name];
  if (typeof text !== "string")
    throw new Error(`the peer's response has no ${name}: ${JSON.stringify(json)}`);
  return text;
}

function xsrfIn(html: string): string {
  const value = /name="xsrf" value="([^"]+)"/.exec(html)?.[1];
  if (value === undefined) throw new Error(`the peer's page has no form: ${html.slice(0, 200)}`);
  return value;
}
