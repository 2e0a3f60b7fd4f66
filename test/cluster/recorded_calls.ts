import { CancelReason, TicketState, type TicketStatus } from "../../gen/qrlogin/v1/ticket.js";
import { exchangeTicketOf } from "../../src/domain/secrets.js";
import { enumNameOf } from "../../src/gateway/http/requester_json.js";
import { asApp, asUser, type CallResult, type Calls, callsOf, scannedById } from "../support/callers.js";
import { signToken } from "../support/tokens.js";
import { type Entry, type History, nanoseconds } from "./history.js";
import type { CallableNode } from "./nodes.js";

export const approvers = ["alice", "bob"] as const;
export type ApproverName = (typeof approvers)[number];

/** The credentials of a ticket's creator. */
export interface TicketCredentials {
  readonly ticketId: string;
  readonly ticketSecret: string;
}

/** The caller of a call, and the node that it goes to. */
export interface Call {
  readonly process: string;
  readonly node: CallableNode;
}

/** The outcome of a call. */
export interface Outcome<T = unknown> {
  readonly response: T | undefined;
  readonly reason: string | undefined;
  /** True if the outcome is unknown: the caller may try again. */
  readonly isUnknown: boolean;
  /** State in the response or the error. */
  readonly state: string | undefined;
}

export type RecordedCalls = Awaited<ReturnType<typeof recordCalls>>;

/** Returns the calls of a login. Start, end, arguments and result of every call go to the history. */
export async function recordCalls(history: History) {
  const tokens = { alice: await signToken("alice"), bob: await signToken("bob") };
  const ofApp = asApp("shop");
  const ofUser = { alice: asUser(tokens.alice), bob: asUser(tokens.bob) };

  async function record<T>(
    { process, node }: Call,
    entry: Pick<Entry, "op" | "ticket" | "caller"> & Partial<Entry>,
    ask: (calls: Calls) => Promise<CallResult<T>>,
    observe: (response: T) => Partial<Entry> = () => ({}),
  ): Promise<Outcome<T>> {
    const authorization = entry.caller === "alice" || entry.caller === "bob" ? ofUser[entry.caller] : ofApp;
    const start = nanoseconds();
    const answer = await ask(callsOf(node.client, authorization));
    const end = nanoseconds();
    const { code, rawReason: reason, currentState } = answer;
    const observation = answer.response ? observe(answer.response) : { state: currentState };
    history.add({ ...entry, process, node: node.name, start, end, code, reason, ...observation });
    return {
      response: answer.response,
      reason,
      isUnknown: ["UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "ABORTED"].includes(code),
      state: observation.state,
    };
  }

  const byPhone =
    <T extends { state: TicketState; revision: number }>(
      op: Entry["op"],
      ask: (calls: Calls, ticketId: string) => Promise<CallResult<T>>,
    ) =>
    (call: Call, caller: ApproverName, { ticketId }: TicketCredentials) =>
      record(call, { op, ticket: ticketId, caller }, (calls) => ask(calls, ticketId), stateAndRevision);

  return {
    /** Creates a ticket that lives for `ttl` seconds, or longer than the run. */
    create(call: Call, ttl?: number) {
      const life = ttl === undefined ? undefined : ttl * 1e9;
      const request = ttl === undefined ? {} : { ttl: { seconds: ttl, nanos: 0 } };
      return record(
        call,
        { op: "CreateTicket", ticket: undefined, caller: "app", ttl: life },
        (calls) => calls.createTicket(request),
        ({ ticketId }) => ({ ticket: ticketId }),
      );
    },
    scan: byPhone("MarkScanned", (calls, ticketId) => calls.markScanned(scannedById({ ticketId }))),
    authorize: byPhone("Authorize", (calls, ticketId) => calls.authorize({ ticketId })),
    cancel: byPhone("Cancel", (calls, ticketId) => calls.cancel({ ticketId })),
    withdraw: (call: Call, ticket: TicketCredentials) =>
      record(
        call,
        { op: "Withdraw", ticket: ticket.ticketId, caller: "app" },
        (calls) => calls.withdraw(ticket),
        stateAndRevision,
      ),
    /**
     * Exchanges a ticket. The exchange ticket is computed here, so that it can be tried before AUTHORIZED is
     * reported.
     */
    exchange: (call: Call, { ticketId, ticketSecret }: TicketCredentials) =>
      record(
        call,
        { op: "ExchangeUserInfo", ticket: ticketId, caller: "app" },
        (calls) => calls.exchangeUserInfo({ exchangeTicket: exchangeTicketOf(ticketId, ticketSecret) }),
        ({ user }) => ({ user: user?.userId.replace("subject-of-", "") ?? "nobody" }),
      ),
    status: (call: Call, ticket: TicketCredentials, final?: true) =>
      record(
        call,
        { op: "GetStatus", ticket: ticket.ticketId, caller: "app", final },
        (calls) => calls.getStatus(ticket),
        ({ status }) => ({ ...(status && observationOf(status)) }),
      ),
  };
}

const stateAndRevision = ({ state, revision }: { state: TicketState; revision: number }) => ({
  state: enumNameOf(TicketState, state),
  revision,
});

/** Returns the fields of a status that the checker can check. */
export function observationOf({ state, revision, cancelReason }: TicketStatus) {
  const reason =
    cancelReason === CancelReason.UNSPECIFIED ? undefined : enumNameOf(CancelReason, cancelReason);
  return { state: enumNameOf(TicketState, state), revision, cancelReason: reason };
}

/** Reports whether the result shows that the ticket has ended or does not exist. */
export const isOver = ({ state, reason }: Outcome): boolean =>
  reason === "TICKET_NOT_FOUND" || state === "EXCHANGED" || state === "CANCELLED" || state === "EXPIRED";
