import { Refusal } from "../domain/refusal.js";
import {
  exchangeDigestOf,
  exchangeTicketFits,
  exchangeTicketOf,
  newSecret,
  newTicketId,
  newWriteId,
  secretFits,
  ticketIdOf,
} from "../domain/secrets.js";
import type { ContextSource, RequesterContext, Ticket } from "../domain/ticket.js";
import type { Approver, UserProfile } from "../domain/user.js";
import type { Admission, TicketAccess } from "./write.js";
import { anyone, inStore, load, nextOf, perform } from "./write.js";

/** The app that calls: known from its credential. */
export interface CallingApp {
  readonly id: string;
  readonly userPool: string;
}

/** What a new ticket is made from, with every limit checked and every default filled in. */
export interface NewTicket {
  readonly scene: string;
  /** JSON text. */
  readonly customData: string | undefined;
  readonly customDataSource: ContextSource | undefined;
  /** Wished life in milliseconds. */
  readonly ttl: number | undefined;
  readonly requester: RequesterContext;
  readonly codeChallenge: string | undefined;
}

/** A ticket that is ready to be stored, and the secret that is told once. */
export interface PreparedTicket {
  readonly ticket: Ticket;
  readonly ticketSecret: string;
  readonly createdAt: number;
}

/** What proves the right to follow a ticket, beside the app's credential. */
export interface TicketProof {
  readonly ticketId: string;
  readonly ticketSecret: string;
}

/** What the scanned text says of the ticket; the ticket must agree. */
export interface ScannedCode {
  readonly ticketId: string;
  /** Undefined where the phone sent the bare id. */
  readonly scene: string | undefined;
  readonly userPoolId: string | undefined;
}

/** Life of a ticket that nobody has approved yet, in milliseconds. */
export interface TicketLife {
  readonly ttl: number;
  readonly minTtl: number;
  readonly maxTtl: number;
}

export type TicketService = ReturnType<typeof createTicketService>;

/**
 * The use cases. Each loads the ticket, checks that the caller may see it, and leaves every decision to the transition
 * table. They throw a Refusal for whatever the caller is told.
 */
export function createTicketService(access: TicketAccess, life: TicketLife) {
  return {
    /** Makes a ticket and its secret without storing it, so that all that can fail happens before the write. */
    prepare(app: CallingApp, wish: NewTicket): PreparedTicket {
      const createdAt = access.clock.now();
      const id = newTicketId();
      const ticketSecret = newSecret();
      const ttl = Math.min(Math.max(wish.ttl ?? life.ttl, life.minTtl), life.maxTtl);
      const ticket: Ticket = {
        id,
        appId: app.id,
        userPoolId: app.userPool,
        scene: wish.scene,
        state: "PENDING",
        revision: 1,
        writeId: newWriteId(),
        exchangeDigest: exchangeDigestOf(exchangeTicketOf(id, ticketSecret)),
        codeChallenge: wish.codeChallenge,
        expiresAt: createdAt + ttl,
        forgetAt: undefined,
        cancelReason: undefined,
        scanner: undefined,
        customData: wish.customData,
        customDataSource: wish.customDataSource,
        requester: wish.requester,
        scannedBy: undefined,
        approval: undefined,
      };
      return { ticket, ticketSecret, createdAt };
    },

    /** Stores a prepared ticket. Refuses with TOO_MANY_TICKETS. */
    create(prepared: PreparedTicket): Promise<void> {
      return inStore(() => access.store.create(prepared.ticket));
    },

    /** The ticket as it is now, for its creator. */
    get(app: CallingApp, proof: TicketProof): Promise<Ticket> {
      return load(access, proof.ticketId, creatorOnly(app, proof));
    },

    async markScanned(by: Approver, scanned: ScannedCode): Promise<Ticket> {
      const command = { name: "markScanned", by } as const;
      return (await perform(access, scanned.ticketId, command, { admit: agreesWith(scanned) })).ticket;
    },

    /** `fetchProfile` is asked only if the approval would be written, and before it is: what it throws changes nothing. */
    async authorize(
      by: Approver,
      ticketId: string,
      fetchProfile: () => Promise<UserProfile>,
    ): Promise<Ticket> {
      const ticket = await load(access, ticketId, anyone);
      const next = nextOf(access, ticket, { name: "authorize", by, profile: by.profile });
      if (!next) return ticket;
      const command = { name: "authorize", by, profile: await fetchProfile() } as const;
      return (await perform(access, ticketId, command, { admit: anyone, read: ticket })).ticket;
    },

    async cancel(by: Approver, ticketId: string): Promise<Ticket> {
      return (await perform(access, ticketId, { name: "cancel", by }, { admit: anyone })).ticket;
    },

    async withdraw(app: CallingApp, proof: TicketProof): Promise<Ticket> {
      const admit = creatorOnly(app, proof);
      return (await perform(access, proof.ticketId, { name: "withdraw" }, { admit })).ticket;
    },

    /**
     * What `prepare` makes of the authorized ticket, for the one exchange that wins. It is asked before the write that gives
     * the login away and drops the approval: what it throws leaves the exchange ticket unspent.
     */
    async exchange<Answer extends object>(
      app: CallingApp,
      exchangeTicket: string,
      codeVerifier: string,
      prepare: (ticket: Ticket) => Promise<Answer>,
    ): Promise<Answer> {
      const id = ticketIdOf(exchangeTicket);
      if (id === undefined) throw new Refusal("TICKET_NOT_FOUND");
      const admit: Admission = (ticket) => {
        const isRight = ticket.appId === app.id && exchangeTicketFits(exchangeTicket, ticket);
        if (!isRight) throw new Refusal("TICKET_NOT_FOUND");
      };
      const { prepared } = await perform(access, id, { name: "exchange", codeVerifier }, { admit, prepare });
      // The table has no cell that lets an exchange pass without a write.
      if (!prepared) throw new Error("an exchange was answered without a write");
      return prepared;
    },
  };
}

/** Only the app that created the ticket, and only with the ticket secret. */
export function creatorOnly(app: CallingApp, proof: TicketProof): Admission {
  return (ticket) => {
    const isRight = ticket.appId === app.id && secretFits(proof.ticketSecret, ticket);
    if (!isRight) throw new Refusal("TICKET_NOT_FOUND");
  };
}

function agreesWith(scanned: ScannedCode): Admission {
  return (ticket) => {
    const agrees =
      (scanned.scene ?? ticket.scene) === ticket.scene &&
      (scanned.userPoolId ?? ticket.userPoolId) === ticket.userPoolId;
    if (agrees) return;
    const cause = "scene or userPoolId of the code is not the ticket's";
    throw new Refusal("QR_CONTENT_INVALID", undefined, { cause });
  };
}
