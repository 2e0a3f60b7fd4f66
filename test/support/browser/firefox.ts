import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { startProcess } from "../process.js";
import { type DrivenBrowser, drive, findBrowser } from "./driven_browser.js";

export const firefox = findBrowser("Firefox", ["firefox-esr"]);

/** Preferences: a free port, and no requests to Mozilla. */
const preferences = {
  "marionette.port": 0,
  "services.settings.server": "",
  "app.normandy.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
};

/** Message of Marionette: 0 for a command or 1 for a response, its number, the error, the value. */
type Message = readonly [
  type: number,
  id: number,
  error: { readonly message: string } | null,
  value: unknown,
];

/**
 * Starts Firefox without a window. It speaks Marionette, the protocol below its WebDriver: commands and responses as
 * JSON over TCP, each after its length. Debian has no geckodriver, which translates it.
 */
export async function startFirefox(): Promise<DrivenBrowser> {
  const profile = mkdtempSync(join(tmpdir(), "qrlogin-firefox-"));
  onTestFinished(() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }));
  const lines = Object.entries(preferences).map(
    (entry) => `user_pref(${JSON.stringify(entry).slice(1, -1)});\n`,
  );
  writeFileSync(join(profile, "user.js"), lines.join(""));
  const options = ["--headless", "--marionette", "--no-remote", "--profile", profile];
  const process = startProcess("firefox-esr", options, { HOME: profile });
  const line = await process.waitForLine("Listening on port");
  const socket = connect(Number(/port (\d+)/.exec(line)?.[1]), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  const messages = readMessages(socket);
  // The greeting names the version of the protocol.
  await messages.next();
  let sent = 0;
  const send = async (name: string, parameters: object): Promise<unknown> => {
    const text = JSON.stringify([0, ++sent, name, parameters]);
    socket.write(`${Buffer.byteLength(text)}:${text}`);
    const { value } = await messages.next();
    const [, , error, result] = value as Message;
    if (error) throw new Error(`Firefox: ${error.message}`);
    return result;
  };
  await send("WebDriver:NewSession", { capabilities: { alwaysMatch: {} } });
  return drive(async ({ name }, parameters = {}) => {
    const result = await send(`WebDriver:${name}`, parameters);
    return (result as { value?: unknown }).value;
  });
}

async function* readMessages(socket: NodeJS.ReadableStream): AsyncGenerator<unknown, never> {
  let received = Buffer.alloc(0);
  for (;;) {
    const colon = received.indexOf(":");
    const end = colon + 1 + Number(received.subarray(0, Math.max(0, colon)));
    if (colon < 0 || received.length < end) {
      const [more] = (await once(socket, "data")) as [Buffer];
      received = Buffer.concat([received, more]);
    } else {
      const text = received.subarray(colon + 1, end).toString();
      received = received.subarray(end);
      yield JSON.parse(text);
    }
  }
}
