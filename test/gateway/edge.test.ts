import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

it.each(["edge-light", "workerd"])(
  "under the condition %s, the import of qrlogin/web fails and says what to do",
  async (runtime) => {
    const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
    const { exports } = JSON.parse(manifest) as { exports: Record<string, Record<string, string>> };
    // The first condition that applies decides.
    const target = Object.entries(exports["./web"] ?? {}).find(([name]) =>
      [runtime, "default"].includes(name),
    );
    const source = target?.[1].replace(/^\.\/dist\/(.*)\.js$/, "../../$1.ts") ?? "";
    await expect(import(source)).rejects.toThrow('remove `runtime = "edge"`');
  },
);
