import { expect, it } from "vitest";
import { authorized, callersOf } from "../support/callers.js";
import { startTestServer } from "../support/server.js";
import { signToken } from "../support/tokens.js";
it("works", async () => {
  const server = await startTestServer();
  const callers = callersOf(server.client);
  const t = await authorized(callers.app("shop"), callers.user(await signToken("alice")));
  const x = await callers.app("shop").exchangeUserInfo(t);
  console.log(JSON.stringify(x), server.lines);
  expect(x.code).toBe("OK");
  await server.stop();
});
