import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { gatewayStopTimeout, serviceStopTimeout } from "../../src/compose/stop_timeouts.js";
import { deployUrl, textOf } from "./files.js";

const units = readdirSync(deployUrl("systemd/"));

/** Returns the values of a setting, in file order. */
const valuesOf = (unit: string, name: string) =>
  [...textOf(`systemd/${unit}`).matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value]) => value ?? "");

describe("the systemd units", () => {
  it("there is one unit for the service and one for the gateway", () => {
    expect(units).toEqual(["qrlogin-gateway.service", "qrlogin.service"]);
    expect(valuesOf("qrlogin.service", "ExecStart")[0]).toContain(" serve --config ");
    expect(valuesOf("qrlogin-gateway.service", "ExecStart")[0]).toContain(" gateway --config ");
  });

  it("the units allow more time for a stop than the processes with default settings take", () => {
    const shutdown = { delay: 0, drainTime: 5_000, gracePeriod: 10_000 };
    const needed = {
      "qrlogin.service": serviceStopTimeout({ shutdown }),
      "qrlogin-gateway.service": gatewayStopTimeout({ shutdown }),
    };
    for (const [unit, ms] of Object.entries(needed)) {
      expect([unit, Number(valuesOf(unit, "TimeoutStopSec")[0]) * 1_000 > ms]).toEqual([unit, true]);
    }
  });

  it.each(units)("each credential that %s loads is the file of a secret, and none is a value", (unit) => {
    const names = valuesOf(unit, "LoadCredential").map((value) => value.split(":")[0]);
    const files = valuesOf(unit, "Environment").filter((value) => value.startsWith("QRLOGIN_"));
    expect(files.map((value) => value.replace(/^\w+_FILE=%d\//, ""))).toEqual(names);
  });
});
