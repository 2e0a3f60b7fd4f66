import { onTestFinished } from "vitest";
import { eventually } from "../eventually.js";
import { freePort } from "../free_port.js";
import { startProcess } from "../process.js";
import { type DrivenBrowser, drive, findBrowser } from "./driven_browser.js";

export const webkit = findBrowser("WebKitGTK", ["WebKitWebDriver", "Xvfb"]);

/** Starts WebKitGTK's small browser on a screen of its own, since it has no mode without windows. */
export async function startWebKit(): Promise<DrivenBrowser> {
  // Xvfb chooses a free display and prints its number.
  const screen = startProcess("Xvfb", [
    "-displayfd",
    "1",
    "-screen",
    "0",
    "1280x1024x24",
    "-nolisten",
    "tcp",
  ]);
  const DISPLAY = `:${(await screen.waitForLine("")).trim()}`;
  const port = await freePort();
  startProcess("WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], { DISPLAY });
  const call = async (method: string, path: string, parameters?: object): Promise<unknown> => {
    const body = parameters && JSON.stringify(parameters);
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, ...(body && { body }) });
    const { value } = (await response.json()) as { value: unknown };
    if (!response.ok) throw new Error(`WebKit: ${JSON.stringify(value)}`);
    return value;
  };
  await eventually(() => call("GET", "/status"));
  const { sessionId } = (await call("POST", "/session", { capabilities: {} })) as { sessionId: string };
  onTestFinished(async () => void (await call("DELETE", `/session/${sessionId}`)));
  return drive(({ path }, parameters) =>
    call(parameters ? "POST" : "GET", `/session/${sessionId}${path}`, parameters),
  );
}
