import { describe, expect, onTestFinished, test } from "vitest";
import { requestFields } from "../../gen/request_fields.js";
import type { Field, Fields } from "../../src/client/arguments/field.js";
import {
  createAdminClient,
  createAppClient,
  createApproverClient,
  QrImageFormat,
} from "../../src/client/index.js";

const secret = "the-secret-of-the-test";
/** An address that nothing listens on: a call that passes the check fails without a TypeError. */
const address = "unix:/nonexistent.sock";
const app = { address, appId: "shop", appSecret: secret };

/** Calls a function as a program in JavaScript does, without types. Resolves with the error. */
async function errorOf(call: () => unknown): Promise<Error> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error("there was no error");
}

// biome-ignore lint/suspicious/noExplicitAny: arguments of a wrong type are what is tested.
type Untyped = any;

function openClients() {
  const clients = {
    app: createAppClient(app),
    approver: createApproverClient({ address, token: "token" }),
    admin: createAdminClient({ address, adminId: "ops", adminSecret: secret }),
  };
  onTestFinished(() => {
    for (const client of Object.values(clients)) client.close();
  });
  return clients as Record<keyof typeof clients, Untyped>;
}

describe("the arguments of a factory", () => {
  const mistakes: readonly (readonly [
    create: (options: Untyped) => unknown,
    options: unknown,
    message: string,
  ])[] = [
    [createAppClient, undefined, "createAppClient: options must be an object, not undefined"],
    [
      createAppClient,
      { ...app, address: 5 },
      "createAppClient: options.address must be a string, not a number",
    ],
    [
      createAppClient,
      { appId: "a", appSecret: "b" },
      "createAppClient: options.address must be a string, not undefined",
    ],
    [
      createAppClient,
      { ...app, appSecret: null },
      "createAppClient: options.appSecret must be a string, not null",
    ],
    [
      createAppClient,
      { ...app, appSecret: Buffer.from(secret) },
      "createAppClient: options.appSecret must be a string, not an object",
    ],
    [
      createAppClient,
      { ...app, adress: "x", address: undefined },
      "createAppClient: options.address must be a string, not undefined",
    ],
    [
      createAppClient,
      { ...app, dedlineMs: 5 },
      "createAppClient: options.dedlineMs does not exist; did you mean deadlineMs?",
    ],
    [
      createAppClient,
      { ...app, timeout: 5 },
      "createAppClient: options.timeout does not exist; there are address, tls, maxStreamsPerConnection, channelOptions, " +
        "observer, deadlineMs, appId, appSecret",
    ],
    [
      createAppClient,
      { ...app, tls: secret },
      "createAppClient: options.tls must be true or false or an object or a function, not a string",
    ],
    [
      createAppClient,
      { ...app, tls: { rootCertificate: "PEM" } },
      "createAppClient: options.tls.rootCertificate does not exist; did you mean rootCertificates?",
    ],
    [
      createAppClient,
      { ...app, deadlineMs: "5" },
      "createAppClient: options.deadlineMs must be a number, not a string",
    ],
    [
      createApproverClient,
      { address, token: { secret } },
      "createApproverClient: options.token must be a string or a function, not an object",
    ],
    [
      createAdminClient,
      { address, adminId: "ops" },
      "createAdminClient: options.adminSecret must be a string, not undefined",
    ],
  ];

  test.each(mistakes)("%o with %o throws a TypeError with a sentence", async (create, options, message) => {
    const error = await errorOf(() => create(options));
    expect([error.constructor, error.message]).toEqual([TypeError, message]);
    expect(error.stack).not.toContain(secret);
  });
});

describe("the arguments of a method", () => {
  const valid = { ticketId: "t", ticketSecret: secret };
  const mistakes: readonly (readonly [method: string, args: readonly unknown[], message: string])[] = [
    ["createTicket", ["x"], "createTicket: request must be an object, not a string"],
    ["createTicket", [], "createTicket: request must be an object, not undefined"],
    ["createTicket", [[]], "createTicket: request must be an object, not an array"],
    ["createTicket", [{ ttl: 60 }], "createTicket: request.ttl must be an object, not a number"],
    [
      "createTicket",
      [{ ttl: { seconds: 1.5 } }],
      "createTicket: request.ttl.seconds must be a whole number, not a fraction",
    ],
    [
      "createTicket",
      [{ qrImage: { format: "PNG" } }],
      "createTicket: request.qrImage.format must be a value of QrImageFormat, not a string",
    ],
    [
      "createTicket",
      [{ capabilities: [1, "CHECK_CODE"] }],
      "createTicket: request.capabilities[1] must be a value of CreatorCapability, not a string",
    ],
    [
      "createTicket",
      [{ capabilities: 1 }],
      "createTicket: request.capabilities must be an array, not a number",
    ],
    [
      "createTicket",
      [{ codeChalenge: secret }],
      "createTicket: request.codeChalenge does not exist; did you mean codeChallenge?",
    ],
    [
      "createTicket",
      [{ requester: { ip_address: secret } }],
      "createTicket: request.requester.ip_address does not exist; did you mean ipAddress?",
    ],
    [
      "exchangeUserInfo",
      [{ exchangeTicket: undefined }],
      "exchangeUserInfo: request.exchangeTicket must be a string, not undefined",
    ],
    [
      "getStatus",
      [valid, { signal: new AbortController() }],
      "getStatus: options.signal must be an AbortSignal, not an object",
    ],
    [
      "getStatus",
      [valid, { deadline: 5 }],
      "getStatus: options.deadline does not exist; did you mean deadlineMs?",
    ],
    [
      "getStatus",
      [valid, { credentials: { appId: "a" } }],
      "appSecret is missing: without it, the option tls must have certChain and privateKey",
    ],
    ["getSigningKeys", [5], "getSigningKeys: request must be an object, not a number"],
    ["watchStatus", ["x"], "watchStatus: request must be an object, not a string"],
    [
      "watchStatus",
      [valid, { deadlineMs: 5 }],
      "watchStatus: options.deadlineMs does not exist; there are signal, heartbeats, requestId, backoff, credentials",
    ],
    [
      "watchStatus",
      [valid, { backoff: { maxMS: 1 } }],
      "watchStatus: options.backoff.maxMS does not exist; did you mean maxMs?",
    ],
  ];

  test.each(mistakes)(
    "%s with %j rejects with a TypeError that is a sentence",
    async (method, args, message) => {
      const clients = openClients();
      const error = await errorOf(() => clients.app[method](...args));
      expect([error.constructor, error.message]).toEqual([TypeError, message]);
      expect(error.stack).not.toContain(secret);
    },
  );

  test("the case of a oneof is named with its choices, and its value by its type", async () => {
    const { approver, admin } = openClients();
    const messageOf = async (scanned: unknown) =>
      (await errorOf(() => approver.markScanned({ scanned }))).message;
    expect(await messageOf(secret)).toBe("markScanned: request.scanned must be an object, not a string");
    const choices = 'markScanned: request.scanned.$case must be "qrContent" or "ticketId"';
    expect(await messageOf({ qrContent: secret })).toBe(choices);
    expect(await messageOf({ $case: "toString", value: secret })).toBe(choices);
    expect(await messageOf({ $case: "qrContent", value: 5 })).toBe(
      "markScanned: request.scanned.value must be a string, not a number",
    );
    const error = await errorOf(() => admin.disableSignIns({ target: undefined }));
    expect(error.message).toBe("disableSignIns: request.target must be an object, not undefined");
    const options = await errorOf(() => admin.listDisabledSignIns({ deadlineMs: "5" }));
    expect(options.message).toBe("listDisabledSignIns: options.deadlineMs must be a number, not a string");
    const token = await errorOf(() => approver.cancel({ ticketId: "t" }, { token: 5 }));
    expect(token.message).toBe("cancel: options.token must be a string, not a number");
  });

  test("every field of every request is checked", async () => {
    const clients = openClients();
    const found: string[] = [];
    for (const [type, fields] of Object.entries(requestFields)) {
      const method = `${type
        .split(".")
        .at(-1)
        ?.replace(/Request$/, "")}`.replace(/^./, (first) => first.toLowerCase());
      const client = Object.values(clients).find((one) => method in one);
      if (method === "listDisabledSignIns") continue;
      for (const { request, path } of wrongRequests(fields)) {
        const error = await errorOf(() => client[method](request));
        expect([error.constructor, error.message]).toEqual([
          TypeError,
          expect.stringContaining(`request${path} must be`),
        ]);
        expect(error.message).not.toContain(secret);
        found.push(`${method}${path}`);
      }
    }
    expect(found).toContain("createTicket.requester.deviceName");
    expect(found).toContain("markScanned.capabilities[0]");
    expect(found).toContain("exchangeUserInfo.codeVerifier");
    expect(found.length).toBeGreaterThan(30);
  });

  test("a larger object, such as a response, is a valid request, and optional fields may be undefined", async () => {
    const { app } = openClients();
    const response = { ...valid, qrContent: "x", qrImage: undefined, remainingDuration: { seconds: 1 } };
    for (const call of [
      () => app.getStatus(response),
      () => app.createTicket({ scene: undefined, qrImage: { format: QrImageFormat.PNG } }),
      () => app.exchangeUserInfo({ exchangeTicket: "e", codeVerifier: undefined }),
      () => app.getSigningKeys(),
    ]) {
      const error = await errorOf(call);
      expect(error).toMatchObject({ name: "QrLoginError", connectionFailure: "REFUSED" });
    }
  });
});

/** Returns requests with one field of a wrong type each, and the path of that field. */
function wrongRequests(fields: Fields): { readonly request: object; readonly path: string }[] {
  return Object.entries(fields).flatMap(([name, field]) =>
    wrongValues(field).map(({ value, path }) => ({ request: { [name]: value }, path: `.${name}${path}` })),
  );
}

function wrongValues(field: Field): { readonly value: unknown; readonly path: string }[] {
  if (field.isList) {
    const { isList: _, ...item } = field;
    return [
      { value: secret, path: "" },
      ...wrongValues(item).map(({ value, path }) => ({ value: [value], path: `[0]${path}` })),
    ];
  }
  const wrong = field.type === "string" ? { secret } : secret;
  const inner = wrongRequests(field.fields ?? {}).map(({ request, path }) => ({ value: request, path }));
  const inCases = Object.entries(field.cases ?? {}).flatMap(([$case, choice]) =>
    wrongValues(choice).map(({ value, path }) => ({ value: { $case, value }, path: `.value${path}` })),
  );
  return [{ value: wrong, path: "" }, ...inner, ...inCases];
}
