import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { createAppClient } from "../../../src/client/index.js";
import { newSecret, sha256Hex } from "../../../src/domain/secrets.js";
import {
  newSigningKey,
  type RotationFiles,
  type RotationWorld,
  serviceConfig,
  startRotationWorld,
} from "./rotation_world.js";

const document = readFileSync(new URL("../../../docs/secrets.md", import.meta.url), "utf8").replaceAll(
  /\s+/g,
  " ",
);

const newHandleKey = () => randomBytes(32).toString("base64url");

let files: RotationFiles;
let world: RotationWorld;
let drill: Drill;

beforeEach(async () => {
  const [secret, handleKey] = [newSecret(), newHandleKey()];
  files = {
    digests: sha256Hex(secret),
    ...{ "secret-1": secret, "secret-2": secret, "handle-keys-1": handleKey, "handle-keys-2": handleKey },
  };
  world = await startRotationWorld(files);
  drill = startDrill(world);
});

/** Users who sign in all the time while an operator rotates a secret. */
interface Drill {
  /**
   * Does a step, which stands in docs/secrets.md in the same words. Sign-ins that began before the step are completed
   * after it, at the other gateway, and at least one begins and ends during it.
   */
  step(text: string, change: () => Promise<unknown>): Promise<void>;
  /** Stops the users. Rejects if any sign-in has failed. Resolves with the number of sign-ins. */
  end(): Promise<number>;
}

function startDrill({ gateways, begin }: RotationWorld): Drill {
  const [one, two] = gateways;
  const failures: unknown[] = [];
  let count = 0;
  let isOver = false;

  async function signIn(): Promise<void> {
    try {
      const [from, to] = count % 2 === 0 ? [one, two] : [two, one];
      await (await begin(from)).complete(to);
      count += 1;
    } catch (error) {
      failures.push(error);
    }
  }

  const trickle = (async () => {
    while (!isOver && failures.length === 0) await signIn();
  })();

  return {
    async step(text, change) {
      expect(document).toContain(text);
      const begun = [await begin(one), await begin(two)] as const;
      const before = count;
      await change();
      await begun[0].complete(two);
      await begun[1].complete(one);
      while (count === before && failures.length === 0) await signIn();
    },
    async end() {
      isOver = true;
      await trickle;
      expect(failures).toEqual([]);
      return count;
    },
  };
}

/** Writes a file of each gateway and reloads it, one gateway after the other. */
async function atEachGateway(name: "secret" | "handle-keys", text: string): Promise<void> {
  for (const [index, gateway] of world.gateways.entries()) {
    world.write(`${name}-${index + 1}`, `${text}\n`);
    await gateway.reload();
  }
}

describe("a rotation without a failed sign-in", () => {
  it("of an app's secret, after which the old one is refused", async () => {
    const secret = newSecret();
    await drill.step("Add the digest of the new secret to the app, after the old one.", async () => {
      world.write("digests", `${files.digests}\n${sha256Hex(secret)}\n`);
      await world.service.reload();
    });
    await drill.step("Give the new secret to every gateway and every backend of the app.", () =>
      atEachGateway("secret", secret),
    );
    await drill.step("Remove the digest of the old secret.", async () => {
      world.write("digests", `${sha256Hex(secret)}\n`);
      await world.service.reload();
    });
    expect(await drill.end()).toBeGreaterThanOrEqual(3);
    const ask = async (appSecret: string) => {
      const client = createAppClient({ address: world.service.address, appId: "shop", appSecret });
      return client.createTicket({}).finally(() => client.close());
    };
    await expect(ask(files["secret-1"])).rejects.toMatchObject({ reason: "APP_UNAUTHENTICATED" });
    await expect(ask(secret)).resolves.toBeDefined();
    for (const text of [secret, files["secret-1"]]) expect(world.logText()).not.toContain(text);
  });

  it("of a handle key, after which handles of the old one are refused", async () => {
    const [oldKey, newKey] = [files["handle-keys-1"], newHandleKey()];
    const [gateway] = world.gateways;
    const old = await world.begin(gateway);
    await drill.step("Add the new key after the old one at every gateway.", () =>
      atEachGateway("handle-keys", `${oldKey}\n${newKey}`),
    );
    await drill.step("Put the new key first at every gateway.", () =>
      atEachGateway("handle-keys", `${newKey}\n${oldKey}`),
    );
    expect((await old.browser.status(old.created.handle)).status).toBe(200);
    // Every sign-in with a handle of the old key has ended then.
    expect(document).toContain("Wait for `gateway.handleTtl`. Then remove the old key.");
    expect(await drill.end()).toBeGreaterThanOrEqual(2);
    await atEachGateway("handle-keys", newKey);
    await (await world.begin(gateway)).complete();
    const { status, json } = await old.browser.status(old.created.handle);
    expect({ status, reason: json.reason }).toEqual({ status: 404, reason: "TICKET_NOT_FOUND" });
    for (const key of [oldKey, newKey]) expect(world.logText()).not.toContain(key);
  });

  it("of a signing key, whose tokens every receiver that caches the key set can verify", async () => {
    const [gateway] = world.gateways;
    const configure = async (keys: readonly string[]) => {
      world.write("service.yaml", serviceConfig(world.folder, keys));
      await world.service.reload();
    };
    const signIn = async () => (await world.begin(gateway)).complete();
    const oldToken = await signIn();
    world.write("token-2.pem", newSigningKey());
    await drill.step(
      "Add the new key after the old one, so that it is published and does not sign yet.",
      () => configure(["token-1.pem", "token-2.pem"]),
    );
    const verify = await world.fetchKeySet(gateway);
    const oldKid = await verify(oldToken);
    expect(await verify(await signIn())).toBe(oldKid);
    await drill.step("Put the new key first, so that it signs.", () =>
      configure(["token-2.pem", "token-1.pem"]),
    );
    const newKid = await verify(await signIn());
    expect(newKid).not.toBe(oldKid);
    await drill.step("Remove the old key.", () => configure(["token-2.pem"]));
    expect(await verify(await signIn())).toBe(newKid);
    await drill.end();
  });
});
