import type { Policy } from "../domain/policy.js";
import { newQrRotation, type QrStep, rotationEndOf } from "../domain/qr_rotation.js";
import {
  exchangeDigestOf,
  exchangeTicketOf,
  newCheckCode,
  newSecret,
  newTicketId,
  newWriteId,
  ticketIdOf,
  verifyExchangeTicket,
  verifyTicketSecret,
} from "../domain/secrets.js";
import type { ContextSource, RequesterContext, Ticket } from "../domain/ticket.js";
import { TicketError } from "../domain/ticket_error.js";
import type { Approver, UserProfile } from "../domain/user.js";
import type { AccessCheck, TicketContext } from "./apply_command.js";
import { applyCommand, decideWrite, load, noAccessCheck, translateStoreErrors } from "./apply_command.js";

/** The calling app, as authenticated by its credential. */
export interface CallingApp {
  readonly id: string;
  readonly userPool: string;
}

/** Parameters of a new ticket, already validated. */
export interface CreateParameters {
  readonly scene: string;
  /** JSON text. */
  readonly customData: string | undefined;
  readonly customDataSource: ContextSource | undefined;
  /** Requested lifetime in milliseconds; undefined for the default. It is clamped to the range of {@link TtlPolicy}. */
  readonly ttl: number | undefined;
  readonly requester: RequesterContext;
  readonly codeChallenge: string | undefined;
  /** Id of the requesting screen, by which its live tickets are counted; empty if unknown. */
  readonly screenId: string;
  /** True if the creator says that it asks the user for a check code. */
  readonly asksForCheckCode: boolean;
  /** True if the creator says that it draws each step of a changing code. Otherwise the code does not change. */
  readonly drawsQrCodeSteps: boolean;
}

/** A ticket that is ready to be stored, and its secret, which is returned only once. */
export interface PreparedTicket {
  readonly ticket: Ticket;
  readonly ticketSecret: string;
  readonly createdAt: number;
  /** Id of the requesting screen; empty if unknown. */
  readonly screenId: string;
}

/** Credentials of the creator of a ticket, in addition to the app's own credential. */
export interface TicketCredentials {
  readonly ticketId: string;
  readonly ticketSecret: string;
}

/** Fields of the scanned code, which must match the ticket. Only the id is known if the phone sent the bare id. */
export interface ScannedCode {
  readonly ticketId: string;
  readonly step: QrStep | undefined;
  readonly scene: string | undefined;
  readonly userPoolId: string | undefined;
}

/** A scan: the code, and what the mobile app can do. */
export interface Scan {
  readonly code: ScannedCode;
  readonly showsCheckCode: boolean;
}

/** Lifetimes of a ticket that is not approved yet, in milliseconds. */
export interface TtlPolicy {
  readonly ttl: number;
  readonly minTtl: number;
  readonly maxTtl: number;
}

/** Returns the policy of an app, as of now. */
export type PolicyOf = (appId: string) => Policy;

/** Throws SIGN_IN_DISABLED, or STORE_UNAVAILABLE, if sign-ins of the app or its user pool must not go on. */
export type SignInCheck = (appId: string, userPoolId: string) => void;

export type TicketService = ReturnType<typeof createTicketService>;

/**
 * Creates the use cases. Each loads the ticket, checks that the caller may see it, and leaves the decision to the
 * transition table. Errors for the caller are TicketErrors.
 */
export function createTicketService(
  context: TicketContext,
  ttlPolicy: TtlPolicy,
  policyOf: PolicyOf,
  requireSignIn: SignInCheck,
) {
  // Checked twice: when the ticket is loaded, and again at the write, since work in between may take seconds.
  const checkSignIn: AccessCheck = ({ appId, userPoolId }) => requireSignIn(appId, userPoolId);
  return {
    /**
     * Creates a ticket and its secret without storing them. Work that may fail can then be done before the write.
     *
     * @throws TicketError SIGN_IN_DISABLED, STORE_UNAVAILABLE, POLICY_NOT_SUPPORTED
     */
    prepare(app: CallingApp, parameters: CreateParameters): PreparedTicket {
      requireSignIn(app.id, app.userPool);
      const policy = policyOf(app.id);
      requireSupport(policy, parameters);
      const createdAt = context.clock.now();
      const id = newTicketId();
      const ticketSecret = newSecret();
      const ttl = Math.min(Math.max(parameters.ttl ?? ttlPolicy.ttl, ttlPolicy.minTtl), ttlPolicy.maxTtl);
      const qrRotation = parameters.drawsQrCodeSteps
        ? newQrRotation(policy.qrRotation, createdAt)
        : undefined;
      const ticket: Ticket = {
        id,
        appId: app.id,
        userPoolId: app.userPool,
        scene: parameters.scene,
        state: "PENDING",
        revision: 1,
        writeId: newWriteId(),
        exchangeDigest: exchangeDigestOf(exchangeTicketOf(id, ticketSecret)),
        codeChallenge: parameters.codeChallenge,
        checkCodeDigits: policy.checkCode.mode === "always" ? policy.checkCode.digits : 0,
        // The last code of a ticket must not stay on the screen.
        expiresAt: Math.min(
          createdAt + ttl,
          qrRotation ? rotationEndOf(qrRotation) : Number.POSITIVE_INFINITY,
        ),
        purgeAt: undefined,
        cancelReason: undefined,
        scanner: undefined,
        customData: parameters.customData,
        customDataSource: parameters.customDataSource,
        requester: parameters.requester,
        scannedBy: undefined,
        approval: undefined,
        checkCode: undefined,
        qrRotation,
      };
      return { ticket, ticketSecret, createdAt, screenId: parameters.screenId };
    },

    /**
     * Stores a prepared ticket.
     *
     * @throws TicketError TOO_MANY_TICKETS, SIGN_IN_DISABLED, STORE_UNAVAILABLE
     */
    async create(prepared: PreparedTicket): Promise<void> {
      checkSignIn(prepared.ticket);
      await translateStoreErrors(() => context.store.create(prepared.ticket));
      context.observer?.onWrite(prepared.ticket, undefined);
    },

    /** Resolves with the current ticket, for its creator. */
    get(app: CallingApp, credentials: TicketCredentials): Promise<Ticket> {
      return load(context, credentials.ticketId, requireCreator(app, credentials));
    },

    async markScanned(approver: Approver, { code, showsCheckCode }: Scan): Promise<Ticket> {
      const command = { name: "markScanned", approver, showsCheckCode, step: code.step } as const;
      const checkCode = requireMatchingCode(code);
      const checkAccess: AccessCheck = (ticket) => {
        checkCode(ticket);
        checkSignIn(ticket);
      };
      const options = { checkAccess, checkWrite: checkSignIn };
      return (await applyCommand(context, code.ticketId, command, options)).ticket;
    },

    /**
     * Approves the sign-in. Calls `fetchProfile` before the write, and only if there would be one. An error from it
     * leaves the ticket unchanged.
     */
    async authorize(
      approver: Approver,
      ticketId: string,
      fetchProfile: () => Promise<UserProfile>,
    ): Promise<Ticket> {
      const ticket = await load(context, ticketId, checkSignIn);
      const checkCode = newCheckCode(ticket.checkCodeDigits);
      const draft = { name: "authorize", approver, profile: approver.profile, checkCode } as const;
      if (!decideWrite(context, ticket, draft)) return ticket;
      const command = { ...draft, profile: await fetchProfile() };
      const options = { checkAccess: noAccessCheck, checkWrite: checkSignIn, loaded: ticket };
      return (await applyCommand(context, ticketId, command, options)).ticket;
    },

    async cancel(approver: Approver, ticketId: string): Promise<Ticket> {
      return (
        await applyCommand(context, ticketId, { name: "cancel", approver }, { checkAccess: noAccessCheck })
      ).ticket;
    },

    /**
     * Completes an approval that waits for a check code.
     *
     * @throws TicketError CHECK_CODE_MISMATCH once the wrong code is counted.
     */
    async submitCheckCode(
      app: CallingApp,
      credentials: TicketCredentials,
      checkCode: string,
    ): Promise<Ticket> {
      const checkAccess = requireCreator(app, credentials);
      const command = { name: "submitCheckCode", checkCode } as const;
      return (await applyCommand(context, credentials.ticketId, command, { checkAccess })).ticket;
    },

    async withdraw(app: CallingApp, credentials: TicketCredentials): Promise<Ticket> {
      const checkAccess = requireCreator(app, credentials);
      return (await applyCommand(context, credentials.ticketId, { name: "withdraw" }, { checkAccess }))
        .ticket;
    },

    /**
     * Exchanges an authorized ticket, which is possible once, and resolves with the result of `prepare`. That function
     * runs before the write that completes the sign-in and drops the approval. If it fails, the exchange ticket stays
     * unused.
     */
    async exchange<Result extends object>(
      app: CallingApp,
      exchangeTicket: string,
      codeVerifier: string,
      prepare: (ticket: Ticket) => Promise<Result>,
    ): Promise<Result> {
      const id = ticketIdOf(exchangeTicket);
      if (id === undefined) throw new TicketError("TICKET_NOT_FOUND");
      const checkAccess: AccessCheck = (ticket) => {
        const hasAccess = ticket.appId === app.id && verifyExchangeTicket(exchangeTicket, ticket);
        if (!hasAccess) throw new TicketError("TICKET_NOT_FOUND");
        checkSignIn(ticket);
      };
      const command = { name: "exchange", codeVerifier } as const;
      const options = { checkAccess, prepare, checkWrite: checkSignIn };
      const { prepared } = await applyCommand(context, id, command, options);
      // In the transition table, an exchange is either a write or an error.
      if (!prepared) throw new Error("an exchange passed without a write");
      return prepared;
    },
  };
}

/**
 * Throws POLICY_NOT_SUPPORTED if the creator could not complete a sign-in under the policy. A creator of an older
 * release would otherwise wait until the ticket expires.
 */
function requireSupport(policy: Policy, { asksForCheckCode }: CreateParameters): void {
  if (policy.checkCode.mode === "off" || asksForCheckCode) return;
  const message =
    "the policy of the app needs a check code, and the creator of the ticket does not ask the user for one";
  throw new TicketError("POLICY_NOT_SUPPORTED", message);
}

/** Returns a check that passes only for the app that created the ticket, and only with the ticket secret. */
export function requireCreator(app: CallingApp, credentials: TicketCredentials): AccessCheck {
  return (ticket) => {
    const isCreator = ticket.appId === app.id && verifyTicketSecret(credentials.ticketSecret, ticket);
    if (!isCreator) throw new TicketError("TICKET_NOT_FOUND");
  };
}

function requireMatchingCode(scanned: ScannedCode): AccessCheck {
  return (ticket) => {
    const matches =
      (scanned.scene ?? ticket.scene) === ticket.scene &&
      (scanned.userPoolId ?? ticket.userPoolId) === ticket.userPoolId;
    if (matches) return;
    const cause = "scene or userPoolId of the scanned code does not match the ticket";
    throw new TicketError("QR_CONTENT_INVALID", undefined, { cause });
  };
}
