import { LRUCache } from "lru-cache";
import type { Clock } from "../../base/clock.js";
import { addressKeyOf, networkKeyOf } from "../../base/ip_prefix.js";
import type { LimitName } from "../../domain/limits.js";
import type { LimitsPolicy, Policy } from "../../domain/policy.js";
import { isTerminal, type RequesterContext, type Ticket } from "../../domain/ticket.js";
import { createLimitError, TicketError } from "../../domain/ticket_error.js";
import type { Approver } from "../../domain/user.js";
import { createLiveTickets } from "./live_tickets.js";
import { ratePer } from "./rate.js";
import { createRateLimit } from "./rate_limit.js";
import { createRateMeter } from "./rate_meter.js";
import type { RateSharing } from "./rate_sharing.js";

/** An app and its user pool. */
interface LimitedApp {
  readonly id: string;
  readonly userPool: string;
}

/** Returns the policy of an app, and the one of a user pool, as of now. */
export interface PolicySource {
  ofApp(appId: string): Policy;
  ofUserPool(userPoolId: string): Policy;
}

export interface TicketLimitsOptions {
  readonly policies: PolicySource;
  /** Clock of the tickets. That of Redis steps when it is set. */
  readonly clock: Clock;
  /** Clock of the rates, which never steps. Otherwise an hour back would lengthen every wait by an hour. */
  readonly rateClock: Clock;
  /** Shortest interval between two polls of a ticket, in milliseconds. */
  readonly minPollInterval: number;
  /** Reads a ticket; undefined if it is gone. */
  read(ticketId: string): Promise<Ticket | undefined>;
  /** Counts together with other nodes. If undefined, this process counts alone. */
  readonly sharing?: RateSharing | undefined;
}

/**
 * The limits on what one app, address, screen or approver may do: a method for each use case. All errors are
 * TicketErrors RATE_LIMITED that name the exceeded limit and the time until the call will pass. A rejected call counts
 * for no limit.
 */
export interface TicketLimits {
  /** Counts a new ticket of the app, for the requester's address. */
  countCreation(app: LimitedApp, requester: RequesterContext): void;
  /** Stores a ticket by `work`, if its screen may have one more. An empty screen id has no limit. */
  addToScreen(appId: string, screenId: string, ticket: Ticket, work: () => Promise<void>): Promise<void>;
  /** Counts a poll of a ticket by its creator. The first one always passes, and the first one after each change. */
  countPoll(ticket: Ticket): void;
  /**
   * Counts the error of an app's call if it is TICKET_NOT_FOUND. Returns the error to throw: a RATE_LIMITED one if the
   * app misses too often. Calls that find their ticket always pass, so that one failure never stops an app.
   */
  countMiss(appId: string, error: unknown): unknown;
  /**
   * Counts a check code before it is compared. Returns a function that takes the count back, for a code that was not
   * wrong. Counting first also bounds the codes that are compared at the same time.
   *
   * @param ipAddress Address from which the code comes, or empty.
   */
  countCheckCode(appId: string, ipAddress: string, ticket: Ticket): () => void;
  /** Scans a code by `work`, if the approver may scan one more. */
  scan(approver: Approver, ticketId: string, work: () => Promise<Ticket>): Promise<Ticket>;
  /** Runs the call of an approver for a ticket, unless the approver has missed too often. */
  decide<Result>(approver: Approver, work: () => Promise<Result>): Promise<Result>;
  /** Frees the place of a scanned code that the approver has decided on. */
  endScan(approver: Approver, ticketId: string): void;
  /** Counts a code that the approver has declined. A repeated call for the same ticket counts once. */
  countDecline(approver: Approver, ticketId: string): void;
}

/**
 * Wrong check codes of one approver that count for the app: 15 in ten minutes, those of five tickets. Otherwise two
 * accounts of an attacker's own, which approve and mistype, could use up the codes of all users.
 */
const codesOfApproverRate = ratePer(600_000, 15);

/** Creates the limits, with nothing counted yet. */
export function createTicketLimits(options: TicketLimitsOptions): TicketLimits {
  const { policies, clock, rateClock, minPollInterval, read } = options;
  const meter = (name: LimitName) => createRateMeter(name, rateClock, options.sharing);
  const perMinute = (name: LimitName, setting: keyof LimitsPolicy, events: string) =>
    createRateLimit({ meter: meter(name), setting, period: "minute", events });
  const perTenMinutes = (name: LimitName, setting: keyof LimitsPolicy, events: string) =>
    createRateLimit({ meter: meter(name), setting, period: "ten minutes", events });

  const ticketsOfAddress = perMinute("requester_address", "ticketsPerAddress", "tickets for one address");
  const ticketsOfNetwork = perMinute("requester_network", "ticketsPerNetwork", "tickets for one network");
  const ticketsOfUserPool = perMinute("user_pool", "ticketsPerUserPool", "tickets of the user pool");
  const ticketsOfApp = perMinute("app", "ticketsPerApp", "tickets of the app");
  const scans = perMinute("approver", "scansPerApprover", "scans of one user");
  const declines = perTenMinutes("refusals", "declinesPerApprover", "codes declined by one user");
  const missesOfApp = perMinute("ticket_misses", "missesPerApp", "calls for unknown tickets");
  const missesOfApprover = perMinute("ticket_misses", "missesPerApprover", "scans of unknown codes");
  const codesOfAddress = perTenMinutes(
    "check_codes_address",
    "wrongCheckCodesPerAddress",
    "wrong check codes from one address",
  );
  const codesOfApp = perTenMinutes(
    "check_codes_app",
    "wrongCheckCodesPerApp",
    "wrong check codes of the app",
  );
  const codesOfApprover = meter("check_codes_app");
  // Not shared: a poller that changes the node costs each node no more than one that does not.
  const polls = createRateMeter("poll_interval", rateClock);
  // A poll may come half an interval early. The next one is then due as if it had not.
  const pollRate = { interval: minPollInterval, tolerance: minPollInterval / 2 };
  const screens = createLiveTickets({
    ...{ name: "screen", setting: "ticketsPerScreen", tickets: "codes in use on one screen" },
    ...{ clock, read, counts: ({ state }) => !isTerminal(state) },
  });
  const scansInProgress = createLiveTickets({
    ...{ name: "scans_in_progress", setting: "scansInProgress", tickets: "scanned codes without a decision" },
    ...{ clock, read, counts: ({ state }) => state === "SCANNED" },
  });

  /** Ids of the tickets that were declined last. */
  const declined = new LRUCache<string, true>({ max: 1_000 });
  const limitsOfApp = (appId: string) => policies.ofApp(appId).limits;
  const limitsOf = ({ userPoolId }: Approver) => policies.ofUserPool(userPoolId).limits;

  async function decide<Result>(approver: Approver, work: () => Promise<Result>): Promise<Result> {
    const key = keyOf(approver);
    const limits = limitsOf(approver);
    missesOfApprover.require(key, limits);
    try {
      return await work();
    } catch (error) {
      if (isMiss(error)) missesOfApprover.count(key, limits);
      throw error;
    }
  }

  return {
    countCreation(app, requester) {
      const limits = limitsOfApp(app.id);
      const ipAddress = trustedAddressOf(requester);
      const address = ipAddress && `${app.id} ${addressKeyOf(ipAddress)}`;
      const networkKey = ipAddress && networkKeyOf(ipAddress);
      const network = networkKey && `${app.id} ${networkKey}`;
      // All are checked before any is counted. So one address that floods uses up nothing of the app.
      if (address) ticketsOfAddress.require(address, limits);
      if (network) ticketsOfNetwork.require(network, limits);
      ticketsOfApp.require(app.id, limits);
      ticketsOfUserPool.require(app.userPool, limits);
      if (address) ticketsOfAddress.count(address, limits);
      if (network) ticketsOfNetwork.count(network, limits);
      ticketsOfApp.count(app.id, limits);
      ticketsOfUserPool.count(app.userPool, limits);
    },

    async addToScreen(appId, screenId, ticket, work) {
      if (screenId === "") return work();
      const createAndReturn = async () => {
        await work();
        return ticket;
      };
      await screens.add(`${appId} ${screenId}`, limitsOfApp(appId), ticket.id, createAndReturn);
    },

    countPoll({ id, revision }) {
      // By revision, because a caller that learns of a change in another way may ask at once.
      const key = `${id} ${revision}`;
      const wait = polls.waitFor(key, pollRate);
      if (wait > 0) {
        const text = `too many polls of this ticket: tickets.minPollInterval is ${minPollInterval} ms`;
        throw createLimitError(polls.name, text, Math.ceil(wait + pollRate.tolerance));
      }
      polls.count(key, pollRate);
    },

    countMiss(appId, error) {
      if (!isMiss(error)) return error;
      const limits = limitsOfApp(appId);
      try {
        missesOfApp.require(appId, limits);
      } catch (limitError) {
        return limitError;
      }
      missesOfApp.count(appId, limits);
      return error;
    },

    countCheckCode(appId, ipAddress, { userPoolId, requester, scanner }) {
      const limits = limitsOfApp(appId);
      const approver = scanner && keyOf({ userPoolId, ...scanner });
      const from = ipAddress || (requester ? trustedAddressOf(requester) : "");
      const address = from && `${appId} ${addressKeyOf(from)}`;
      if (address) codesOfAddress.require(address, limits);
      codesOfApp.require(appId, limits);
      const countsForApp = !approver || codesOfApprover.waitFor(approver, codesOfApproverRate) === 0;
      const count = (events: number) => {
        if (address) codesOfAddress.count(address, limits, events);
        if (countsForApp) codesOfApp.count(appId, limits, events);
        if (approver) codesOfApprover.count(approver, codesOfApproverRate, events);
      };
      count(1);
      return () => count(-1);
    },

    async scan(approver, ticketId, work) {
      const key = keyOf(approver);
      const limits = limitsOf(approver);
      return decide(approver, () => {
        declines.require(key, limits);
        scans.require(key, limits);
        scans.count(key, limits);
        return scansInProgress.add(key, limits, ticketId, work);
      });
    },

    decide,

    endScan: (approver, ticketId) => scansInProgress.remove(keyOf(approver), ticketId),

    countDecline(approver, ticketId) {
      if (declined.peek(ticketId)) return;
      declined.set(ticketId, true);
      declines.count(keyOf(approver), limitsOf(approver));
    },
  };
}

function isMiss(error: unknown): boolean {
  return error instanceof TicketError && error.reason === "TICKET_NOT_FOUND";
}

/** Returns the key of a user. The issuer and the subject identify the user; the pool decides the limits. */
function keyOf({ userPoolId, issuer, subject }: Pick<Approver, "userPoolId" | "issuer" | "subject">): string {
  return JSON.stringify([userPoolId, issuer, subject]);
}

/**
 * Returns the requester's address, or an empty string if the page has claimed it. Otherwise a page could use up the
 * tickets of another address.
 */
function trustedAddressOf({ ipAddress, ipAddressSource }: RequesterContext): string {
  return ipAddressSource === "CLAIMED_BY_PAGE" ? "" : ipAddress;
}
