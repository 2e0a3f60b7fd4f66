import type { Ticket } from "../../domain/ticket.js";
import { TicketError } from "../../domain/ticket_error.js";
import type { CallingApp, TicketCredentials, TicketService } from "../tickets.js";
import type { WatchTicket } from "../watch.js";
import type { TicketLimits } from "./ticket_limits.js";

/** The use cases with limits. */
export interface LimitedTickets extends Omit<TicketService, "submitCheckCode"> {
  /**
   * Like the use case without limits.
   *
   * @param ipAddress Address by which a wrong code is counted; empty for the one that the ticket was created for.
   */
  submitCheckCode(
    app: CallingApp,
    credentials: TicketCredentials,
    checkCode: string,
    ipAddress: string,
  ): Promise<Ticket>;
}

/** Returns the use cases with limits on what one app, address, screen or approver may do. */
export function limitTickets(tickets: TicketService, limits: TicketLimits): LimitedTickets {
  async function countMisses<Result>(appId: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw limits.countMiss(appId, error);
    }
  }
  return {
    prepare(app, parameters) {
      // First, so that tickets which the switch or the policy rejects use up nothing of the app and its user pool.
      const prepared = tickets.prepare(app, parameters);
      limits.countCreation(app, parameters.requester);
      return prepared;
    },

    create(prepared) {
      const { ticket, screenId } = prepared;
      return limits.addToScreen(ticket.appId, screenId, ticket, () => tickets.create(prepared));
    },

    async get(app, credentials) {
      // Without `countMisses`, whose function would add to the cost of every status call.
      let ticket: Ticket;
      try {
        ticket = await tickets.get(app, credentials);
      } catch (error) {
        throw limits.countMiss(app.id, error);
      }
      limits.countPoll(ticket);
      return ticket;
    },

    markScanned: (approver, scan) =>
      limits.scan(approver, scan.code.ticketId, () => tickets.markScanned(approver, scan)),

    async authorize(approver, ticketId, fetchProfile) {
      const authorize = () => tickets.authorize(approver, ticketId, fetchProfile);
      const ticket = await limits.decide(approver, authorize);
      limits.endScan(approver, ticketId);
      return ticket;
    },

    async cancel(approver, ticketId) {
      const ticket = await limits.decide(approver, () => tickets.cancel(approver, ticketId));
      limits.endScan(approver, ticketId);
      limits.countDecline(approver, ticketId);
      return ticket;
    },

    submitCheckCode: (app, credentials, checkCode, ipAddress) =>
      countMisses(app.id, async () => {
        // Checks the ticket secret, so that only the creator's codes are counted.
        const ticket = await tickets.get(app, credentials);
        const takeBack = limits.countCheckCode(app.id, ipAddress, ticket);
        try {
          const authorized = await tickets.submitCheckCode(app, credentials, checkCode);
          takeBack();
          return authorized;
        } catch (error) {
          if (!isWrongCheckCode(error)) takeBack();
          throw error;
        }
      }),

    withdraw: (app, credentials) => countMisses(app.id, () => tickets.withdraw(app, credentials)),

    exchange: (app, exchangeTicket, codeVerifier, prepare) =>
      countMisses(app.id, () => tickets.exchange(app, exchangeTicket, codeVerifier, prepare)),
  };
}

/** Returns the watch with a limit on calls for tickets that do not exist. */
export function limitWatch(watch: WatchTicket, limits: TicketLimits): WatchTicket {
  return (app, credentials, listener) =>
    watch(app, credentials, {
      onTicket: (ticket, traceparent) => listener.onTicket(ticket, traceparent),
      onEnd: (error) => listener.onEnd(limits.countMiss(app.id, error)),
    });
}

function isWrongCheckCode(error: unknown): boolean {
  return error instanceof TicketError && error.reason === "CHECK_CODE_MISMATCH";
}
