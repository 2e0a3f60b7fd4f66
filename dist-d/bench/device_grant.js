import { Agent, request } from "node:http";
import { authorization } from "./calls.js";
/** One app and one phone, whose session is signed in after the first sign-in. */
export function createDevicePair(address) {
    const app = new Agent({ keepAlive: true, maxSockets: 1 });
    const phone = new Agent({ keepAlive: true, maxSockets: 1 });
    const cookies = new Map();
    const askApp = (path, form) => send(address, app, "POST", path, { authorization }, form);
    /** Sends what a browser would, and follows redirections as it would. */
    async function browse(method, path, form) {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
        const answer = await send(address, phone, method, path, { cookie }, form);
        for (const line of answer.headers["set-cookie"] ?? []) {
            const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
            if (value === "")
                cookies.delete(name);
            else
                cookies.set(name, value);
        }
        const { location } = answer.headers;
        if (location)
            return browse("GET", new URL(location, `http://${address}`).pathname);
        if (answer.status !== 200)
            throw new Error(`${path} answered ${answer.status}: ${answer.body.slice(0, 200)}`);
        return answer.body;
    }
    return {
        async signIn() {
            const device = jsonOf(await askApp("/device/auth", { scope: "openid profile" }));
            const poll = {
                grant_type: "urn:ietf:params:oauth:grant-type:device_code",
                device_code: textIn(device, "device_code"),
            };
            // The app asks once too early. A real one asks every few seconds, and a watch of ours is never asked again.
            const early = jsonOf(await askApp("/token", poll));
            if (textIn(early, "error") !== "authorization_pending")
                throw new Error("the peer did not wait for the phone");
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
function send(address, agent, method, path, headers, form = {}) {
    return new Promise((resolve, reject) => {
        const type = { "content-type": "application/x-www-form-urlencoded" };
        const all = method === "POST" ? { ...headers, ...type } : headers;
        const call = request(`http://${address}${path}`, { agent, method, headers: all }, (response) => {
            let body = "";
            response.setEncoding("utf8").on("data", (chunk) => {
                body += chunk;
            });
            response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
        });
        call.on("error", reject).end(method === "POST" ? String(new URLSearchParams(form)) : "");
    });
}
function jsonOf({ body }) {
    return JSON.parse(body);
}
function textIn(json, name) {
    const text = json[name];
    if (typeof text !== "string")
        throw new Error(`the peer answered no ${name}: ${JSON.stringify(json)}`);
    return text;
}
function xsrfIn(html) {
    const value = /name="xsrf" value="([^"]+)"/.exec(html)?.[1];
    if (value === undefined)
        throw new Error(`the peer's page has no form: ${html.slice(0, 200)}`);
    return value;
}
