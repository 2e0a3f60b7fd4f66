import { CancelReason, TicketState, type TicketStatus } from "../../gen/qrlogin/v1/ticket.js";
import { exchangeTicketOf } from "../../src/domain/secrets.js";
import { nameOf } from "../../src/gateway/enum_names.js";
import { type Answer, asApp, asUser, byId, type Calls, callsOf } from "../support/callers.js";
import { signToken } from "../support/tokens.js";
import { type Entry, type History, nanoseconds } from "./history.js";
import type { CallableNode } from "./nodes.js";

export const approvers = ["alice", "bob"] as const;
export type ApproverName = (typeof approvers)[number];

/** A ticket in the hands of its creator. */
export interface HeldTicket {
  readonly ticketId: string;
  readonly ticketSecret: string;
}

/** Who makes a call, where, and about which ticket. */
export interface Call {
  readonly process: string;
  readonly node: CallableNode;
}

/** What became of a call. */
export interface Outcome<T = unknown> {
  readonly response: T | undefined;
  readonly reason: string | undefined;
  /** Whether nobody knows what was done: the caller may try again. */
  readonly isUnclear: boolean;
  /** The state that the answer names. */
  readonly state: string | undefined;
}

export type RecordedCalls = Awaited<ReturnType<typeof recordCalls>>;

/** The calls of a login. Start, end, arguments and answer of each go to the history. */
export async function recordCalls(history: History) {
  const tokens = { alice: await signToken("alice"), bob: await signToken("bob") };
  const ofApp = asApp("shop");
  const ofUser = { alice: asUser(tokens.alice), bob: asUser(tokens.bob) };

  async function record<T>(
    { process, node }: Call,
    about: Pick<Entry, "op" | "ticket" | "caller"> & Partial<Entry>,
    ask: (calls: Calls) => Promise<Answer<T>>,
    told: (response: T) => Partial<Entry> = () => ({}),
  ): Promise<Outcome<T>> {
    const by = about.caller === "alice" || about.caller === "bob" ? ofUser[about.caller] : ofApp;
    const start = nanoseconds();
    const answer = await ask(callsOf(node.client, by));
    const end = nanoseconds();
    const { code, reasonText: reason, currentState } = answer;
    const says = answer.response ? told(answer.response) : { state: currentState };
    history.add({ ...about, process, node: node.name, start, end, code, reason, ...says });
    return {
      response: answer.response,
      reason,
      isUnclear: ["UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "ABORTED"].includes(code),
      state: says.state,
    };
  }

  const byPhone =
    <T extends { state: TicketState; revision: number }>(
      op: Entry["op"],
      ask: (calls: Calls, ticketId: string) => Promise<Answer<T>>,
    ) =>
    (call: Call, caller: ApproverName, { ticketId }: HeldTicket) =>
      record(call, { op, ticket: ticketId, caller }, (calls) => ask(calls, ticketId), standing);

  return {
    /** Makes a ticket that lives for so many seconds, or longer than the run. */
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
    scan: byPhone("MarkScanned", (calls, ticketId) => calls.markScanned(byId({ ticketId }))),
    authorize: byPhone("Authorize", (calls, ticketId) => calls.authorize({ ticketId })),
    cancel: byPhone("Cancel", (calls, ticketId) => calls.cancel({ ticketId })),
    withdraw: (call: Call, ticket: HeldTicket) =>
      record(
        call,
        { op: "Withdraw", ticket: ticket.ticketId, caller: "app" },
        (calls) => calls.withdraw(ticket),
        standing,
      ),
    /** The exchange ticket is worked out here, so that it can be tried before anybody is told. */
    exchange: (call: Call, { ticketId, ticketSecret }: HeldTicket) =>
      record(
        call,
        { op: "ExchangeUserInfo", ticket: ticketId, caller: "app" },
        (calls) => calls.exchangeUserInfo({ exchangeTicket: exchangeTicketOf(ticketId, ticketSecret) }),
        ({ user }) => ({ user: user?.userId.replace("subject-of-", "") ?? "nobody" }),
      ),
    status: (call: Call, ticket: HeldTicket, final?: true) =>
      record(
        call,
        { op: "GetStatus", ticket: ticket.ticketId, caller: "app", final },
        (calls) => calls.getStatus(ticket),
        ({ status }) => ({ ...(status && saidOf(status)) }),
      ),
  };
}

const standing = ({ state, revision }: { state: TicketState; revision: number }) => ({
  state: nameOf(TicketState, state),
  revision,
});

/** What a status says that can be checked. */
export function saidOf({ state, revision, cancelReason }: TicketStatus) {
  const because = cancelReason === CancelReason.UNSPECIFIED ? undefined : nameOf(CancelReason, cancelReason);
  return { state: nameOf(TicketState, state), revision, cancelReason: because };
}

/** Whether the answer says that the ticket has come to an end, or that there is none. */
export const isOver = ({ state, reason }: Outcome): boolean =>
  reason === "TICKET_NOT_FOUND" || state === "EXCHANGED" || state === "CANCELLED" || state === "EXPIRED";
