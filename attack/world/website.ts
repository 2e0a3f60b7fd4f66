import type { SubmitCheckCodeResponse } from "../../gen/qrlogin/v1/qr_login_service.js";
import {
  type AppClient,
  type CreateTicketRequest,
  type CreateTicketResponse,
  CreatorCapability,
  type ExchangeUserInfoResponse,
  type GetStatusResponse,
  isQrLoginError,
  TicketState,
  type TicketStatus,
  type WithdrawResponse,
} from "../../src/client/index.js";
import { type Attempt, type MakeAttempt, must } from "./attempt.js";

/** One attempt to sign in on one screen, as the website that shows it knows it. */
export interface Screen {
  readonly ticketId: string;
  readonly ticketSecret: string;
  /** The code at the start. A changing code has others later: see {@link Website.currentCode}. */
  readonly qrContent: string;
}

/** Fields of CreateTicket that a scenario sets. */
export type NewScreen = Parameters<typeof CreateTicketRequest.fromPartial>[0];

/** A website whose backend calls the target with its own credentials. */
export interface Website {
  readonly appId: string;
  /** Opens the login page for a visitor: creates a ticket. */
  open(request?: NewScreen): Promise<CreateTicketResponse>;
  tryOpen(request: NewScreen): Promise<Attempt<CreateTicketResponse>>;
  /** Returns the current status: the first message of a watch, which no poll interval limits. */
  status(screen: Screen): Promise<Attempt<TicketStatus>>;
  poll(screen: Screen): Promise<Attempt<GetStatusResponse>>;
  /** Opens watches of one ticket, and closes them. Resolves with the number of those that newer ones replaced. */
  watchOften(screen: Screen, count: number): Promise<{ readonly superseded: number; readonly open: number }>;
  /** Returns the code that the screen shows now. */
  currentCode(screen: Screen): Promise<string>;
  submitCheckCode(
    screen: Screen,
    checkCode: string,
    ipAddress?: string,
  ): Promise<Attempt<SubmitCheckCodeResponse>>;
  withdraw(screen: Screen): Promise<Attempt<WithdrawResponse>>;
  exchange(exchangeTicket: string, codeVerifier?: string): Promise<Attempt<ExchangeUserInfoResponse>>;
  /** Returns a website that makes each call once, even if a limit asks for a delay. */
  impatient(): Website;
}

/** Capabilities of the backend and the pages of a current website. */
const currentCapabilities = [CreatorCapability.CHECK_CODE, CreatorCapability.QR_CODE_STEPS];

/** Creates a website. Passes every ticket that it creates to `onOpen`. */
export function createWebsite(
  client: AppClient,
  appId: string,
  attempt: MakeAttempt,
  onOpen: (website: Website, screen: Screen) => void,
  patient = true,
): Website {
  const call = <T>(make: () => Promise<T>) => attempt(make, { patient });
  const website: Website = {
    appId,
    open: async (request = {}) => must("CreateTicket", await website.tryOpen(request)),
    async tryOpen(request) {
      const created = await call(() =>
        client.createTicket({ capabilities: currentCapabilities, ...request }),
      );
      if (created.response) onOpen(website, created.response);
      return created;
    },
    status: (screen) => call(() => readStatus(client, screen)),
    poll: ({ ticketId, ticketSecret }) => call(() => client.getStatus({ ticketId, ticketSecret })),
    watchOften: (screen, count) => watchOften(client, screen, count),
    async currentCode(screen) {
      const status = must("WatchStatus", await website.status(screen));
      return status.qrCodeStep?.qrContent ?? screen.qrContent;
    },
    submitCheckCode: ({ ticketId, ticketSecret }, checkCode, ipAddress = "") =>
      call(() => client.submitCheckCode({ ticketId, ticketSecret, checkCode, ipAddress })),
    withdraw: ({ ticketId, ticketSecret }) => call(() => client.withdraw({ ticketId, ticketSecret })),
    exchange: (exchangeTicket, codeVerifier = "") =>
      call(() => client.exchangeUserInfo({ exchangeTicket, codeVerifier })),
    impatient: () => createWebsite(client, appId, attempt, onOpen, false),
  };
  return website;
}

async function watchOften(client: AppClient, { ticketId, ticketSecret }: Screen, count: number) {
  const closed = new AbortController();
  const { signal } = closed;
  let superseded = 0;
  async function watch(onFirst: () => void): Promise<void> {
    try {
      for await (const _status of client.watchStatus({ ticketId, ticketSecret }, { signal })) onFirst();
    } catch (error) {
      onFirst();
      if (isQrLoginError(error, "WATCH_SUPERSEDED")) superseded += 1;
      else if (!signal.aborted) throw error;
    }
  }
  const watches: Promise<void>[] = [];
  for (let opened = 0; opened < count; opened++)
    await new Promise<void>((resolve) => watches.push(watch(resolve)));
  const open = count - superseded;
  closed.abort();
  await Promise.all(watches);
  return { superseded, open };
}

async function readStatus(client: AppClient, { ticketId, ticketSecret }: Screen): Promise<TicketStatus> {
  for await (const status of client.watchStatus({ ticketId, ticketSecret })) return status;
  throw new Error("the watch ended without a status");
}

/** Returns the name of a state, such as `SCANNED`. */
export function stateNameOf(state: TicketState): string {
  return (
    Object.keys(TicketState).find((name) => TicketState[name as keyof typeof TicketState] === state) ??
    String(state)
  );
}
