import { expect, it, onTestFinished, vi } from "vitest";
import { approve } from "../../examples/phone.js";
import { signIn } from "../../examples/website.js";
import { createAppClient, createApproverClient } from "../../src/client/index.js";
import { checkCodeSettings, wrongCodeFor } from "../support/callers.js";
import { appSecrets } from "../support/server.js";
import { server, useTestServer } from "../support/test_server.js";
import { signToken } from "../support/tokens.js";

useTestServer({ settings: checkCodeSettings });

/** Creates the clients of the website and of the phone. */
async function createClients() {
  const { address } = server;
  const website = createAppClient({ address, appId: "shop", appSecret: appSecrets.shop });
  const phone = createApproverClient({ address, token: await signToken("alice") });
  onTestFinished(() => {
    website.close();
    phone.close();
  });
  return { website, phone };
}

it("the website asks for the check code again after a wrong one, and signs in the user of the right one", async () => {
  const output = vi.spyOn(console, "log").mockImplementation(() => {});
  onTestFinished(() => output.mockRestore());
  const { website, phone } = await createClients();
  let approval: ReturnType<typeof approve> | undefined;
  const asked: number[] = [];
  const user = await signIn(
    website,
    (qrContent) => {
      approval = approve(phone, qrContent, async () => true);
    },
    async (digits) => {
      const checkCode = (await approval)?.checkCode ?? "";
      return asked.push(digits) === 1 ? wrongCodeFor(checkCode) : checkCode;
    },
  );
  expect(user?.userId).toBe("subject-of-alice");
  expect(asked).toEqual([6, 6]);
  expect(output.mock.calls.flat()).toContain("website: the check code is wrong; 2 attempts are left");
});

it("a website that asks for no check code is told at once that it cannot sign in under the policy", async () => {
  const { website } = await createClients();
  await expect(signIn(website, () => {})).rejects.toMatchObject({ reason: "POLICY_NOT_SUPPORTED" });
});
