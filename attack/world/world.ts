import {
  type AppClient,
  type ApproverClient,
  createAppClient,
  createApproverClient,
  TicketState,
} from "../../src/client/index.js";
import type { PolicyDefence } from "../defence.js";
import { createAttempts, must, type Wait } from "./attempt.js";
import { createPhone, type Phone } from "./phone.js";
import { type CreatedPage, createVisitor, type Visitor } from "./visitor.js";
import { createWebsite, type Screen, stateNameOf, type Website } from "./website.js";

/** Credentials of an app. */
export interface AppCredentials {
  readonly appId: string;
  readonly appSecret: string;
}

/** The target, and the identities that the operator lends to the kit. */
export interface Target {
  /** gRPC address, `HOST:PORT`. */
  readonly address: string;
  /** TLS to the gRPC address. By default, all but loopback addresses use it. */
  readonly tls?: boolean;
  readonly app: AppCredentials;
  readonly otherApp: AppCredentials | undefined;
  /** User token of the victim. */
  readonly token: string;
  /** User token of another user of the same pool. */
  readonly otherToken: string;
  readonly gatewayUrl: string | undefined;
  readonly admin: { readonly id: string; readonly secret: string } | undefined;
}

/** Parts of the policy of the app that the contract shows. */
export interface ObservedPolicy {
  /** Digits of the check code, or zero if there is none. */
  readonly checkCodeDigits: number;
  /** Time after which the code changes, in milliseconds, or zero if it never does. */
  readonly codeIntervalMs: number;
  /** Least time between two polls, in milliseconds. */
  readonly minPollIntervalMs: number;
}

/** The people of a scenario, and what they know. */
export interface World {
  readonly website: Website;
  readonly otherWebsite: Website | undefined;
  /** Phone of the victim. */
  readonly victim: Phone;
  /** Phone of another user of the same pool. */
  readonly stranger: Phone;
  readonly tokens: { readonly victim: string; readonly stranger: string };
  readonly policy: ObservedPolicy;
  readonly target: Target;
  /** Defences that the operator expects to be on. */
  readonly expected: ReadonlySet<PolicyDefence>;
  readonly wait: Wait;
  /** Opens a browser without cookies at the gateway. Throws if there is none. */
  visitor(): Visitor;
  /** Has the user scan what the screen shows, approve, and type the check code if there is one. */
  approve(screen: Screen, phone?: Phone, website?: Website): Promise<{ readonly exchangeTicket: string }>;
  /** Withdraws every ticket that a scenario has left. */
  cleanUp(): Promise<void>;
  close(): void;
}

/** Options of {@link createWorld}. */
export interface WorldOptions {
  readonly expected: ReadonlySet<PolicyDefence>;
  readonly wait: Wait;
}

/** Connects to the target and finds out its policy. Rejects if the target does not accept an identity. */
export async function createWorld(target: Target, options: WorldOptions): Promise<World> {
  const transport = { address: target.address, ...(target.tls !== undefined && { tls: target.tls }) };
  const appClients = [target.app, ...(target.otherApp ? [target.otherApp] : [])].map((app) =>
    createAppClient({ ...transport, ...app }),
  );
  const phones = createApproverClient(transport);
  const close = () => {
    for (const client of [...appClients, phones]) client.close();
  };
  try {
    return await enterWorld(target, { appClients, phones, ...options, close });
  } catch (error) {
    close();
    throw error;
  }
}

interface Connections extends WorldOptions {
  readonly appClients: readonly AppClient[];
  readonly phones: ApproverClient;
  close(): void;
}

async function enterWorld(target: Target, { appClients, phones, ...rest }: Connections): Promise<World> {
  const attempt = createAttempts(rest.wait);
  const leftovers: (() => Promise<void>)[] = [];
  const onOpen = (website: Website, screen: Screen) => leftovers.push(() => withdrawScreen(website, screen));
  const onVisit = (visitor: Visitor, { handle }: CreatedPage) =>
    leftovers.push(() => withdrawPage(visitor, handle));
  const websiteOf = (client: AppClient | undefined, appId: string | undefined) =>
    client && createWebsite(client, appId ?? "", attempt, onOpen);

  const website = websiteOf(appClients[0], target.app.appId) as Website;
  const victim = createPhone(phones, target.token, attempt);
  const stranger = createPhone(phones, target.otherToken, attempt);

  async function cleanUp(): Promise<void> {
    while (leftovers.length > 0) await Promise.all(leftovers.splice(0, 32).map((withdraw) => withdraw()));
  }

  const policy = await observePolicy(website, [victim, stranger]);
  await cleanUp();

  return {
    ...rest,
    website,
    otherWebsite: websiteOf(appClients[1], target.otherApp?.appId),
    victim,
    stranger,
    tokens: { victim: target.token, stranger: target.otherToken },
    policy,
    target,
    visitor() {
      if (target.gatewayUrl === undefined) throw new Error("there is no gateway");
      return createVisitor(target.gatewayUrl, target.app.appId, onVisit);
    },
    async approve(screen, phone = victim, creator = website) {
      must("MarkScanned", await phone.scan(await creator.currentCode(screen)));
      const { checkCode } = must("Authorize", await phone.authorize(screen.ticketId));
      if (checkCode !== "") must("SubmitCheckCode", await creator.submitCheckCode(screen, checkCode));
      const { exchangeTicket, state } = must("WatchStatus", await creator.status(screen));
      if (state !== TicketState.AUTHORIZED)
        throw new Error(`the state after an approval is ${stateNameOf(state)}`);
      return { exchangeTicket };
    },
    cleanUp,
  };
}

/** Finds out the policy by one scan for each user, which also shows that the target accepts the identities. */
async function observePolicy(website: Website, users: readonly Phone[]): Promise<ObservedPolicy> {
  const observed = await Promise.all(
    users.map(async (user) => {
      const { qrContent, qrCodeStep, minPollInterval } = await website.open();
      const { checkCodeDigits } = must("MarkScanned", await user.scan(qrContent));
      return {
        checkCodeDigits,
        codeIntervalMs: toMs(qrCodeStep?.remainingDuration),
        minPollIntervalMs: toMs(minPollInterval),
      };
    }),
  );
  return observed[0] as ObservedPolicy;
}

function toMs(duration: { readonly seconds: number; readonly nanos: number } | undefined): number {
  return duration ? duration.seconds * 1_000 + duration.nanos / 1_000_000 : 0;
}

/** Reasons for which a ticket needs no withdrawal: it is over. */
const isOver = new Set(["TICKET_ALREADY_EXCHANGED", "TICKET_CANCELLED", "TICKET_EXPIRED"]);

async function withdrawScreen(website: Website, screen: Screen): Promise<void> {
  const withdrawn = await website.withdraw(screen);
  if (withdrawn.reason !== undefined && !isOver.has(withdrawn.reason)) must("Withdraw", withdrawn);
}

async function withdrawPage(visitor: Visitor, handle: string): Promise<void> {
  const { status, json } = await visitor.withdraw(handle);
  if (status !== 200 && !isOver.has(String(json.reason)))
    throw new Error(`the gateway did not withdraw a ticket: ${status} ${String(json.reason)}`);
}
