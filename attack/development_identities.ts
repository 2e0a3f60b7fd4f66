import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The apps of development mode. */
export const developmentApps = {
  app: { appId: "demo-app", appSecret: "demo-secret" },
  otherApp: { appId: "legacy-app", appSecret: "legacy-secret" },
} as const;

const run = promisify(execFile);

/** Resolves with a user token of development mode, as `qrlogin dev-token` prints it. */
export async function developmentToken(user: "alice" | "bob"): Promise<string> {
  const program = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  // With the arguments of this process, which load TypeScript.
  const { stdout } = await run(process.execPath, [...process.execArgv, program, "dev-token", user]);
  return stdout.trim();
}
