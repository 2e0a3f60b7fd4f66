import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as client from "../../src/client/index.js";
import { checkCodeSettings, responseOrThrow, scannedByText, wrongCodeFor } from "../support/callers.js";
import { appSecrets } from "../support/server.js";
import { alice, server, useTestServer } from "../support/test_server.js";

useTestServer({ settings: checkCodeSettings });

const document = readFileSync(new URL("../../docs/check-code.md", import.meta.url), "utf8");
const program = /```ts\n(?<code>.*?)```/s.exec(document)?.groups?.code ?? "";

const AsyncFunction = (async () => {}).constructor as new (
  ...texts: string[]
) => (...values: unknown[]) => Promise<void>;

/** Runs the program of the document. Its imports and globals come from the test. */
async function runProgram(createInterface: () => object, log: (text: string) => void): Promise<void> {
  const body = program
    .replace(/^import \{ createInterface \} from "node:readline\/promises";$/m, "")
    .replace(/^import (\{.*\}) from "qrlogin\/client";$/m, "const $1 = imported;");
  const createAppClient = () =>
    client.createAppClient({ address: server.address, appId: "shop", appSecret: appSecrets.shop });
  const run = new AsyncFunction("imported", "createInterface", "console", body);
  await run({ ...client, createAppClient }, createInterface, { log });
}

it("the program in docs/check-code.md asks until the code is right, and greets the user", async () => {
  const printed: string[] = [];
  const asked: string[] = [];
  let approval: Promise<string> | undefined;
  /** Scans and approves as alice. Resolves with the check code. */
  const approve = async (qrContent: string) => {
    const { ticketId } = responseOrThrow(await alice.markScanned(scannedByText(qrContent)));
    return responseOrThrow(await alice.authorize({ ticketId })).checkCode;
  };
  const terminal = {
    async question(text: string) {
      asked.push(text);
      const checkCode = (await approval) ?? "";
      return ["12", wrongCodeFor(checkCode), checkCode][asked.length - 1];
    },
    close() {},
  };
  await runProgram(
    () => terminal,
    (text) => {
      printed.push(text);
      approval ??= approve(text);
    },
  );
  expect(asked).toHaveLength(3);
  expect(printed.slice(1)).toEqual([expect.stringContaining("attempts left: 2"), "Hello, alice-nick"]);
});
