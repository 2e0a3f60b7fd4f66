import { generateKeyPairSync } from "node:crypto";
import { expect, it, onTestFinished } from "vitest";
import { openCookieClient } from "../gateway/browser.js";
import { buildMs } from "../languages/commands.js";
import { startTestGateway } from "../support/gateway.js";
import { startProcess } from "../support/process.js";
import { appSecrets, startTestServer, tokenIssuer } from "../support/server.js";
import { signToken } from "../support/tokens.js";
import { sdks } from "./sdks.js";

// The SDKs for Python and Java can verify signatures with RSA keys only.
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();

for (const { title, tool, build, ownResults } of sdks) {
  it.skipIf(!tool.isUsable)(
    `Authing's SDK for ${title}, unmodified, signs in and goes on with the tokens${tool.skipNote}`,
    { timeout: buildMs + 60_000 },
    async () => {
      const { folder, command, args } = await build();
      const server = await startTestServer({
        tokenIssuer: { ...tokenIssuer, keys: [{ pem }], profileInAccessToken: true },
      });
      onTestFinished(() => server.stop());
      const gateway = await startTestGateway(server.address);
      onTestFinished(() => gateway.stop());
      const phone = openCookieClient(gateway.url);
      const authorization = await signToken("alice");
      const program = startProcess("bash", ["-c", 'cd "$0" && exec "$@"', folder, command, ...args], {
        QRLOGIN_GATEWAY: gateway.url,
        QRLOGIN_APP_ID: "shop",
        QRLOGIN_APP_SECRET: appSecrets.shop,
      });

      const [, qrcodeId] = (await program.waitForLine("CODE ")).split(" ");
      for (const action of ["SCAN", "CONFIRM"]) {
        const answer = await phone.post("/api/v3/set-qrcode-status", { qrcodeId, action }, { authorization });
        expect(answer.json).toMatchObject({ statusCode: 200 });
      }
      const { code, stdout, stderr } = await program.exited;
      expect(code, stderr).toBe(0);
      const user = { sub: "subject-of-alice", nickname: "alice-nick" };
      const expected = {
        profile: { userId: user.sub, nickname: user.nickname },
        userInfo: user,
        introspection: { active: true, sub: user.sub, client_id: "shop" },
        introspectionOfIdToken: { active: false },
        idToken: user,
        accessToken: { sub: user.sub },
        ...ownResults,
      };
      const [, results = "{}"] = /^RESULTS (.*)$/m.exec(stdout) ?? [];
      expect(JSON.parse(results)).toMatchObject(expected);
      expect(gateway.logText()).not.toContain(appSecrets.shop);
    },
  );
}
