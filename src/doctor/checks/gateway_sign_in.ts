import { formatClaim } from "../../auth/tokens/explain_unmatched_token.js";
import { formatBasicCredentials } from "../../base/basic_credentials.js";
import type { Clock } from "../../base/clock.js";
import { withTimeout } from "../../base/with_timeout.js";
import { codeChallengeOf, createCodeVerifier, isQrLoginError } from "../../client/index.js";
import type { GatewayConfig } from "../../config/config.js";
import { type Check, type CheckContext, type Finding, findingsOf } from "../finding.js";
import { explainGatewayFailure, GatewayResponseError } from "../probes/describe_gateway_failure.js";
import {
  type GatewayEndpoint,
  type GatewayEvents,
  type GatewayPage,
  type GatewayResponse,
  NoReplyError,
  openGatewayPage,
  type PageRequest,
} from "../probes/gateway_page.js";
import { explainCallFailure } from "../service_connection.js";
import { approveOnPhone, type Progress, type SignInParties } from "./sign_in.js";

const name = "sign-in through gateway";
const { ok, failed, skipped } = findingsOf(name);

/** Number of polls, each on a connection of its own, so that a balancer spreads them over the gateways. */
const polls = 4;

/** Gateway, app and parties of a sign-in. */
export interface GatewaySignIn {
  readonly endpoint: GatewayEndpoint;
  /** True if the gateway may not run yet. */
  readonly isOptional: boolean;
  readonly app: GatewayConfig["apps"][number];
  /** Parties at the service; or why nobody approves. */
  readonly parties: SignInParties | { readonly missing: string };
}

/**
 * Returns the check that signs in through the HTTP API of the gateway: as a page, the phone and the site's backend.
 * Without a user's token, the ticket is only created, watched and withdrawn.
 */
export function gatewaySignInCheck(signIn: GatewaySignIn | { readonly skippedFor: string }): Check {
  return {
    name,
    run: async (context) => ("skippedFor" in signIn ? [skipped(signIn.skippedFor)] : walk(signIn, context)),
  };
}

async function walk(signIn: GatewaySignIn, { clock, timeout }: CheckContext): Promise<readonly Finding[]> {
  const page = openGatewayPage(signIn.endpoint, timeout);
  const progress: Progress = { step: "the page creates a ticket (POST tickets)", isWithdrawn: false };
  const findings: Finding[] = [];
  let handle: string | undefined;
  let events: GatewayEvents | undefined;
  try {
    const verifier = createCodeVerifier();
    const { app } = signIn;
    const body = { appId: app.id, codeChallenge: codeChallengeOf(verifier) };
    const created = await expectStatus(201, page, "POST", "/tickets", { body });
    handle = textOf(created, "handle");
    findings.push(...(await checkOrigins(page, app.origins)));
    progress.step = "the page polls the status (GET tickets/status)";
    await pollOnEachConnection(page, handle);
    progress.step = "the page opens the event stream (GET tickets/events)";
    events = await openEvents(page, handle);
    const follow = createFollower({ events, page, handle, clock, timeout });
    await follow(["PENDING"]);
    const result =
      "missing" in signIn.parties
        ? `${await withdraw(page, handle, progress, follow)}; ${signIn.parties.missing}`
        : await approveAndExchange(signIn, signIn.parties, {
            page,
            created,
            handle,
            verifier,
            progress,
            follow,
            timeout,
          });
    const silence = follow.failure();
    return [...findings, ...(silence ? [silence] : [ok(`${signIn.endpoint.url}: ${result}`)])];
  } catch (error) {
    if (signIn.isOptional && (error as NodeJS.ErrnoException).code === "ECONNREFUSED")
      return [skipped(`no gateway runs at ${signIn.endpoint.url} yet`)];
    const isWithdrawn = handle !== undefined && (await tryToWithdraw(page, handle));
    const { text, ...explanation } = explain(error);
    const end = isWithdrawn ? "; the ticket was withdrawn" : "";
    return [...findings, failed(`${progress.step} fails: ${text}${end}`, explanation)];
  } finally {
    events?.close();
  }
}

/** Explains an error of the gateway, or of a call that the phone made at the service. */
function explain(error: unknown) {
  return isQrLoginError(error) ? explainCallFailure(error) : explainGatewayFailure(error);
}

async function expectStatus(
  status: number,
  page: GatewayPage,
  method: string,
  path: string,
  request?: PageRequest,
): Promise<GatewayResponse> {
  const response = await page.send(method, path, request);
  if (response.status !== status || !response.json) throw new GatewayResponseError(response);
  return response;
}

function textOf(response: GatewayResponse, key: string): string {
  const value = response.json?.[key];
  if (typeof value !== "string") throw new GatewayResponseError(response);
  return value;
}

/** Returns findings about origins of the app whose pages the gateway, or a proxy before it, does not admit. */
async function checkOrigins(page: GatewayPage, origins: readonly string[]): Promise<readonly Finding[]> {
  const found = await Promise.all(
    origins
      .filter((origin) => !origin.endsWith(":*"))
      .map(async (origin) => {
        const headers = {
          ...{ origin, "sec-fetch-site": "cross-site", "access-control-request-method": "POST" },
          "access-control-request-headers": "content-type",
        };
        const preflight = await page.send("OPTIONS", "/tickets", { headers });
        if (preflight.headers["access-control-allow-origin"] === origin) return undefined;
        return failed(`pages of ${origin} are not allowed to call`, {
          cause:
            "the running gateway has another configuration, or a proxy answers OPTIONS or removes CORS headers",
          remedy:
            "let the gateway reload the configuration, and let the proxy pass OPTIONS and all headers on",
        });
      }),
  );
  return found.filter((finding) => finding !== undefined);
}

/** Opens the event stream. Resolves with `undefined` if no response begins: a proxy may wait for its end. */
async function openEvents(page: GatewayPage, handle: string): Promise<GatewayEvents | undefined> {
  try {
    const events = await page.openEvents(handle);
    const { status, headers } = events;
    if (status !== 200) throw new GatewayResponseError({ status, headers, json: undefined });
    return events;
  } catch (error) {
    if (error instanceof NoReplyError) return undefined;
    throw error;
  }
}

/** Polls several times. A handle that only some gateways can open is an error. */
async function pollOnEachConnection(page: GatewayPage, handle: string): Promise<void> {
  for (let poll = 0; poll < polls; poll++) {
    await expectStatus(200, page, "GET", "/tickets/status", { headers: { "qrlogin-handle": handle } });
  }
}

/** Waits for states of a ticket by its events, and by polls if the events do not arrive. */
interface Follower {
  /** Resolves with the status once the ticket is in one of the states. Rejects after the time-out. */
  (states: readonly string[]): Promise<Readonly<Record<string, unknown>>>;
  /** Returns the finding that events did not arrive, if they did not. */
  failure(): Finding | undefined;
}

interface FollowerOptions {
  readonly events: GatewayEvents | undefined;
  readonly page: GatewayPage;
  readonly handle: string;
  readonly clock: Clock;
  readonly timeout: number;
}

function createFollower({ events, page, handle, clock, timeout }: FollowerOptions): Follower {
  let silence = events ? wrongTypeOf(events) : `no response begins within ${timeout} ms`;

  async function nextIn(states: readonly string[]) {
    for (let data = await events?.next(); data; data = await events?.next()) {
      if (states.some((state) => state === data.state)) return data;
    }
    return undefined;
  }

  const follow = async (states: readonly string[]) => {
    if (silence === undefined) {
      const data = await withTimeout(nextIn(states), timeout, clock);
      if (data) return data;
      silence = `no event says ${states.join(" or ")} within ${timeout} ms`;
    }
    const headers = { "qrlogin-handle": handle };
    const polled = await expectStatus(200, page, "GET", "/tickets/status", { headers });
    const { state } = polled.json ?? {};
    if (states.some((one) => one === state)) return polled.json ?? {};
    throw new Error(`the status is ${formatClaim(state)} instead of ${states.join(" or ")}`);
  };
  return Object.assign(follow, {
    failure: () =>
      silence === undefined
        ? undefined
        : failed(`the event stream does not arrive, and polls do: ${silence}`, {
            cause:
              "a proxy in between buffers the response, compresses it, or answers in place of the gateway",
            remedy:
              "switch buffering and compression off for it (nginx: proxy_buffering off), and pass its headers on; " +
              "docs/load-balancing.md",
          }),
  });
}

function wrongTypeOf({ headers }: GatewayEvents): string | undefined {
  const type = headers["content-type"] ?? "";
  if (type.startsWith("text/event-stream")) return undefined;
  return `the content type is ${/^[\w.+/-]{1,60}/.exec(type)?.[0] ?? "missing"} instead of text/event-stream`;
}

async function withdraw(
  page: GatewayPage,
  handle: string,
  progress: Progress,
  follow: Follower,
): Promise<string> {
  progress.step = "the page withdraws the ticket (POST tickets/withdraw)";
  await expectStatus(200, page, "POST", "/tickets/withdraw", { body: { handle } });
  progress.step = "the page sees the end (GET tickets/events)";
  await follow(["CANCELLED"]);
  return "a ticket was created, watched and withdrawn";
}

/** Reports whether the ticket was withdrawn. One of several gateways may be able to. */
async function tryToWithdraw(page: GatewayPage, handle: string): Promise<boolean> {
  for (let attempt = 0; attempt < polls; attempt++) {
    const response = await page
      .send("POST", "/tickets/withdraw", { body: { handle } })
      .catch(() => undefined);
    if (response?.status === 200) return true;
  }
  return false;
}

interface Walk {
  readonly page: GatewayPage;
  readonly created: GatewayResponse;
  readonly handle: string;
  readonly verifier: string;
  readonly progress: Progress;
  readonly follow: Follower;
  readonly timeout: number;
}

async function approveAndExchange(
  { app }: GatewaySignIn,
  parties: SignInParties,
  { page, created, handle, verifier, progress, follow, timeout }: Walk,
): Promise<string> {
  const ticket = { ticketId: textOf(created, "ticketId"), qrContent: textOf(created, "qrContent") };
  const checkCode = await approveOnPhone(parties, ticket, timeout, progress);
  if (checkCode !== "") {
    progress.step = "the page submits the check code (POST tickets/check-code)";
    await expectStatus(200, page, "POST", "/tickets/check-code", { body: { handle, checkCode } });
  }
  progress.step = "the page sees the approval (GET tickets/events)";
  const { exchangeTicket } = await follow(["AUTHORIZED"]);
  if (app.secret === undefined) {
    await tryToWithdraw(page, handle);
    return "the page saw the approval; the app has no secret, so its backend exchanges directly at the service";
  }
  progress.step = "the backend exchanges the ticket (POST tickets/exchange)";
  const headers = { authorization: formatBasicCredentials(app.id, app.secret) };
  const body = { exchangeTicket, codeVerifier: verifier };
  await expectStatus(200, page, "POST", "/tickets/exchange", { headers, body });
  return `the page saw the approval, and the backend of ${app.id} received the user`;
}
