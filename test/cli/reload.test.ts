import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { runCommand } from "../../src/cli/commands.js";
import { contentWith, gateway, temporaryFile } from "../support/config_files.js";

describe("SIGHUP", () => {
  it.each(["serve", "gateway"])(
    "means a reload from the turn in which %s has read its configuration, while its start still loads modules",
    async (command) => {
      const file = temporaryFile("qrlogin.yaml", stringify(contentWith({ gateway })));
      const onReloadRequest = vi.fn();
      const exitCode = runCommand([command, "--config", file], {
        // The packages of traces are loaded before this name turns out to be wrong.
        env: { OTEL_TRACES_EXPORTER: "unknown" },
        stdout: { isTerminal: false, tryWrite: (data) => data.length, writeAll: () => {} },
        ...{ print: () => {}, printError: () => {}, ignoreSignals: () => {} },
        stopRequested: () => new Promise(() => {}),
        ...{ exitAfter: () => {}, onExit: () => {}, onReloadRequest },
      });
      await nextTurn();
      expect(onReloadRequest).toHaveBeenCalledOnce();
      expect(await exitCode).toBe(1);
    },
  );
});
