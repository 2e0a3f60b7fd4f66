import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeAll, describe, expect, it } from "vitest";
import { createQrLogin, QrLoginError } from "../../examples/phone/qr_login.js";
import { CreatorCapability } from "../../gen/qrlogin/v1/qr_login_service.js";
import { RequesterContext, TicketState } from "../../gen/qrlogin/v1/ticket.js";
import { aliceToken, clock, gateway, server, setUpGateway } from "../gateway/setup.js";
import { callersOf, responseOrThrow } from "../support/callers.js";
import { startProcess } from "../support/process.js";
import { signToken } from "../support/tokens.js";
import { type Command, compileKotlin, kotlin } from "./kotlin.js";

/** Call of a source, with the text of the code or the ticket id. */
type Step = readonly ["scan" | "approve" | "decline", argument: string];

/** Result or reason of each step, and the arguments of the calls of `getToken`. */
interface Run {
  readonly outcomes: readonly unknown[];
  readonly tokenCalls: readonly boolean[];
}

/** Runs the steps with a source. `getToken` returns the first token until the service has rejected it. */
type RunSteps = (gateway: string, tokens: readonly [string, string], steps: readonly Step[]) => Promise<Run>;

const runTypeScript: RunSteps = async (gateway, [first, renewed], steps) => {
  const tokenCalls: boolean[] = [];
  let token = first;
  const getToken = async (isRejected: boolean) => {
    tokenCalls.push(isRejected);
    if (isRejected) token = renewed;
    return token;
  };
  const qrLogin = createQrLogin({ gateway, getToken });
  const outcomes: unknown[] = [];
  for (const [name, argument] of steps) {
    try {
      const result = await qrLogin[name](argument);
      outcomes.push({ result: name === "decline" ? {} : result });
    } catch (error) {
      if (!(error instanceof QrLoginError)) throw error;
      outcomes.push({ reason: error.reason });
    }
  }
  return { outcomes, tokenCalls };
};

let program: Command;
const runKotlin: RunSteps = async (gateway, tokens, steps) => {
  const { command, args } = program;
  const { code, stdout, stderr } = await startProcess(command, [...args, gateway, ...tokens, ...steps.flat()])
    .exited;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const lines = stdout.trim().split("\n");
  const outcomes = lines.map((line): unknown => JSON.parse(line));
  const { tokens: tokenCalls } = outcomes.pop() as { tokens: boolean[] };
  return { outcomes, tokenCalls };
};

const shop = () => callersOf(server.client).app("shop");

const expiredToken = () => signToken("alice", undefined, { claims: { exp: 1_700_000_000 } });

const stateOf = async (ticket: { readonly ticketId: string; readonly ticketSecret: string }) =>
  responseOrThrow(await shop().getStatus(ticket)).status?.state;

const sources = [
  ["TypeScript", runTypeScript, { isUsable: true, skipNote: "" }],
  ["Kotlin", runKotlin, kotlin],
] as const;

beforeAll(async () => {
  if (kotlin.isUsable) program = await compileKotlin();
});

describe.each(sources)("the source for %s", (_name, run, tool) => {
  setUpGateway();

  it.skipIf(!tool.isUsable)(`scans, shows who is asking, and approves${tool.skipNote}`, async () => {
    const ticket = responseOrThrow(
      await shop().createTicket({
        customData: { basket: "日" },
        requester: RequesterContext.fromPartial({ deviceName: "Till 3" }),
      }),
    );
    const { outcomes, tokenCalls } = await run(
      gateway.url,
      [aliceToken, ""],
      [
        ["scan", ticket.qrContent],
        ["approve", ticket.ticketId],
        ["approve", ticket.ticketId],
        ["decline", ticket.ticketId],
      ],
    );
    expect(outcomes).toEqual([
      {
        result: expect.objectContaining({
          ticketId: ticket.ticketId,
          state: "TICKET_STATE_SCANNED",
          app: expect.objectContaining({ name: expect.stringMatching(/./) }),
          requester: { deviceName: "Till 3", deviceNameSource: "CONTEXT_SOURCE_STATED_BY_APP" },
          customData: { basket: "日" },
          customDataSource: "CONTEXT_SOURCE_STATED_BY_APP",
          remainingDuration: "120s",
        }),
      },
      { result: expect.objectContaining({ state: "TICKET_STATE_AUTHORIZED" }) },
      { result: expect.objectContaining({ state: "TICKET_STATE_AUTHORIZED" }) },
      { reason: "TICKET_ALREADY_AUTHORIZED" },
    ]);
    expect(tokenCalls).toEqual([false, false, false, false]);
    expect(await stateOf(ticket)).toBe(TicketState.AUTHORIZED);
  });

  it.skipIf(!tool.isUsable)(`declines a sign-in${tool.skipNote}`, async () => {
    const ticket = responseOrThrow(await shop().createTicket({}));
    const { outcomes } = await run(
      gateway.url,
      [aliceToken, ""],
      [
        ["scan", ticket.qrContent],
        ["decline", ticket.ticketId],
        ["approve", ticket.ticketId],
      ],
    );
    expect(outcomes.slice(1)).toEqual([{ result: {} }, { reason: "TICKET_CANCELLED" }]);
    expect(await stateOf(ticket)).toBe(TicketState.CANCELLED);
  });

  it.skipIf(!tool.isUsable)(`reports the reason of each error${tool.skipNote}`, async () => {
    const [expired, scannedByBob] = [
      responseOrThrow(await shop().createTicket({ ttl: { seconds: 30, nanos: 0 } })),
      responseOrThrow(await shop().createTicket({})),
    ];
    const bob = callersOf(server.client).user(await signToken("bob"));
    responseOrThrow(await bob.markScanned({ $case: "qrContent", value: scannedByBob.qrContent }));
    clock.advance(31_000);
    const { outcomes } = await run(
      gateway.url,
      [aliceToken, ""],
      [
        ["scan", expired.qrContent],
        ["scan", scannedByBob.qrContent],
        ["approve", scannedByBob.ticketId],
        ["scan", "https://example.com/menu"],
        ["approve", "A".repeat(22)],
        ["approve", "A".repeat(65)],
      ],
    );
    expect(outcomes.map((outcome) => (outcome as { reason?: string }).reason)).toEqual([
      "TICKET_EXPIRED",
      "SCANNED_BY_ANOTHER_USER",
      "SCANNED_BY_ANOTHER_USER",
      "QR_CONTENT_INVALID",
      "TICKET_NOT_FOUND",
      "INVALID_REQUEST",
    ]);
    expect(await stateOf(scannedByBob)).toBe(TicketState.SCANNED);
  });

  it.skipIf(!tool.isUsable)(
    `gets a new token once after the service has rejected it${tool.skipNote}`,
    async () => {
      const { ticketId, qrContent } = responseOrThrow(await shop().createTicket({}));
      const [expired, valid] = [await expiredToken(), aliceToken];
      const renewed = await run(
        gateway.url,
        [expired, valid],
        [
          ["scan", qrContent],
          ["approve", ticketId],
        ],
      );
      expect(renewed.outcomes).toMatchObject([{ result: { ticketId } }, { result: {} }]);
      expect(renewed.tokenCalls).toEqual([false, true, false]);
      const rejected = await run(gateway.url, [expired, expired], [["scan", qrContent]]);
      expect(rejected).toEqual({ outcomes: [{ reason: "USER_TOKEN_EXPIRED" }], tokenCalls: [false, true] });
    },
  );

  it.skipIf(!tool.isUsable)(
    `reports a server that cannot be reached, or is a captive portal${tool.skipNote}`,
    async () => {
      const steps: Step[] = [["scan", "the text of a code"]];
      const closed = await run("http://127.0.0.1:1", [aliceToken, ""], steps);
      expect(closed.outcomes).toEqual([{ reason: "UNREACHABLE" }]);
      const paths: (string | undefined)[] = [];
      const portal = createServer(({ url }, response) => {
        paths.push(url);
        response.writeHead(302, { location: "/login" }).end("<!doctype html><title>Hotel</title>");
      });
      portal.listen(0, "127.0.0.1");
      await once(portal, "listening");
      const { port } = portal.address() as AddressInfo;
      const answered = await run(`http://127.0.0.1:${port}`, [aliceToken, ""], steps);
      expect(answered.outcomes).toEqual([{ reason: "UNREACHABLE" }]);
      // The token does not reach the target of a redirect.
      expect(paths).toEqual(["/qrlogin.v1.QrLoginService/MarkScanned"]);
      portal.closeAllConnections();
      portal.close();
    },
  );
});

const strictPolicy = { checkCode: { mode: "always" }, qrRotation: { interval: "20s" } };

describe.each(sources)("the source for %s, with the strictest policy", (_name, run, tool) => {
  setUpGateway({ service: { settings: { policy: strictPolicy } } });

  it.skipIf(!tool.isUsable)(
    `scans a changing code, and returns the check code until the website has it${tool.skipNote}`,
    async () => {
      const capabilities = [CreatorCapability.CHECK_CODE, CreatorCapability.QR_CODE_STEPS];
      const ticket = responseOrThrow(await shop().createTicket({ capabilities }));
      const approve: Step = ["approve", ticket.ticketId];
      const { outcomes } = await run(
        gateway.url,
        [aliceToken, ""],
        [["scan", ticket.qrContent], approve, approve],
      );
      const [scanned, first, repeated] = outcomes as { readonly result: { readonly checkCode: string } }[];
      expect(scanned).toMatchObject({ result: { state: "TICKET_STATE_SCANNED", checkCodeDigits: 6 } });
      expect(first).toEqual({
        result: {
          state: "TICKET_STATE_AWAITING_CHECK_CODE",
          revision: 3,
          checkCode: expect.stringMatching(/^\d{6}$/),
          remainingDuration: "120s",
        },
      });
      expect(repeated).toEqual(first);
      const checkCode = first?.result.checkCode ?? "";
      responseOrThrow(await shop().submitCheckCode({ ...ticket, checkCode }));
      const afterwards = await run(gateway.url, [aliceToken, ""], [approve]);
      expect(afterwards.outcomes).toEqual([{ result: { state: "TICKET_STATE_AUTHORIZED", revision: 4 } }]);
    },
  );
});
