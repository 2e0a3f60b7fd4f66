import { spawnSync } from "node:child_process";
import { findTool, type Tool } from "../tools.js";

/** Browser that a test drives by the commands of WebDriver. It ends with the test. */
export interface DrivenBrowser {
  goto(url: string): Promise<void>;
  /** Runs the body of a function in the page, and resolves with what it returns. Waits for a promise. */
  run<T>(body: string): Promise<T>;
  /** Resolves with a picture of the page, as PNG. */
  screenshot(): Promise<Uint8Array>;
}

/** Command of WebDriver: its name in the protocol of Firefox, and its path in that of all others. */
export interface Command {
  readonly name: string;
  readonly path: string;
}

/** Sends a command, and resolves with its value. */
export type SendCommand = (command: Command, parameters?: object) => Promise<unknown>;

/** Drives a browser that takes commands. */
export const drive = (send: SendCommand): DrivenBrowser => ({
  async goto(url) {
    await send({ name: "Navigate", path: "/url" }, { url });
  },
  run: <T>(script: string) =>
    send({ name: "ExecuteScript", path: "/execute/sync" }, { script, args: [] }) as Promise<T>,
  async screenshot() {
    const base64 = await send({ name: "TakeScreenshot", path: "/screenshot" });
    return Uint8Array.from(Buffer.from(String(base64), "base64"));
  },
});

/** Looks for a browser by its programs. */
export function findBrowser(name: string, programs: readonly string[]): Tool {
  return findTool(name, () => {
    const missing = programs.filter((program) => spawnSync("which", [program]).status !== 0);
    return missing.length > 0 ? `${missing.join(" and ")} not found` : undefined;
  });
}
