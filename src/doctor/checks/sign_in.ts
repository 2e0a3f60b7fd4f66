import {
  type AppClient,
  CreatorCapability,
  codeChallengeOf,
  createApproverClient,
  createCodeVerifier,
  type ExchangeUserInfoResponse,
  PhoneCapability,
  TicketState,
} from "../../client/index.js";
import { type Check, findingsOf } from "../finding.js";
import { explainCallFailure, type ServiceConnection, withAppClient } from "../service_connection.js";

/** Parties of the sign-in of a check. */
export interface SignInParties {
  readonly connection: ServiceConnection;
  /** Token of the user who approves. */
  readonly userToken: string;
}

const name = "whole sign-in";

/**
 * Returns the check that plays a whole sign-in at the service: as the app and as the phone of the user of the token.
 * The ticket is exchanged at the end, or withdrawn after a failure.
 *
 * @param parties Parties, or why there are none.
 */
export function signInCheck(parties: SignInParties | { readonly missing: string }): Check {
  const { ok, failed, skipped } = findingsOf(name);
  return {
    name,
    async run({ timeout }) {
      if ("missing" in parties) return [skipped(parties.missing)];
      const { connection, userToken } = parties;
      const progress: Progress = { step: "the app creates a ticket (CreateTicket)", isWithdrawn: false };
      try {
        const response = await withAppClient(connection, timeout, (client) =>
          playSignIn(client, parties, userToken, timeout, progress),
        );
        return [ok(describeResult(connection.app.id, response))];
      } catch (error) {
        const { text, ...explanation } = explainCallFailure(error);
        const end = progress.isWithdrawn ? "; the ticket was withdrawn" : "";
        return [failed(`${progress.step} fails: ${text}${end}`, explanation)];
      }
    },
  };
}

/** The step that is being made, and whether the ticket was withdrawn after a failure. */
export interface Progress {
  step: string;
  isWithdrawn: boolean;
}

async function playSignIn(
  app: AppClient,
  { connection }: SignInParties,
  userToken: string,
  timeout: number,
  progress: Progress,
): Promise<ExchangeUserInfoResponse> {
  const codeVerifier = createCodeVerifier();
  const { ticketId, ticketSecret, qrContent } = await app.createTicket({
    codeChallenge: codeChallengeOf(codeVerifier),
    requester: { deviceName: "qrlogin doctor" },
    capabilities: [CreatorCapability.CHECK_CODE],
  });
  try {
    const checkCode = await approveOnPhone(
      { connection, userToken },
      { ticketId, qrContent },
      timeout,
      progress,
    );
    if (checkCode !== "") {
      progress.step = "the website submits the check code (SubmitCheckCode)";
      await app.submitCheckCode({ ticketId, ticketSecret, checkCode });
    }
    progress.step = "the website sees the approval (WatchStatus)";
    const exchangeTicket = await watchForApproval(app, { ticketId, ticketSecret }, timeout);
    progress.step = "the app exchanges the ticket (ExchangeUserInfo)";
    return await app.exchangeUserInfo({ exchangeTicket, codeVerifier });
  } catch (error) {
    // If this fails as well, the ticket expires by itself.
    progress.isWithdrawn = await app.withdraw({ ticketId, ticketSecret }).then(
      () => true,
      () => false,
    );
    throw error;
  }
}

/** Scans and approves as the phone of the user, at the service. Resolves with the check code, or an empty text. */
export async function approveOnPhone(
  { connection: { address, tls }, userToken }: SignInParties,
  { ticketId, qrContent }: { readonly ticketId: string; readonly qrContent: string },
  timeout: number,
  progress: Pick<Progress, "step">,
): Promise<string> {
  const phone = createApproverClient({
    ...{ address, token: userToken, deadlineMs: timeout },
    ...(tls !== undefined && { tls }),
  });
  try {
    progress.step = "the phone scans the code (MarkScanned)";
    await phone.markScanned({
      scanned: { $case: "qrContent", value: qrContent },
      capabilities: [PhoneCapability.CHECK_CODE],
    });
    progress.step = "the user approves (Authorize)";
    const { checkCode } = await phone.authorize({ ticketId });
    return checkCode;
  } finally {
    phone.close();
  }
}

async function watchForApproval(
  app: AppClient,
  ticket: { readonly ticketId: string; readonly ticketSecret: string },
  timeout: number,
): Promise<string> {
  for await (const status of app.watchStatus(ticket, { signal: AbortSignal.timeout(timeout) })) {
    if (status.state === TicketState.AUTHORIZED) return status.exchangeTicket;
  }
  throw new Error("the watch ended before the approval");
}

/** Returns what the app received, without any of it. */
function describeResult(appId: string, { user, tokenSet }: ExchangeUserInfoResponse): string {
  const { nickname, name: fullName, photoUrl, email, phone } = user ?? {};
  const count = [nickname, fullName, photoUrl, email, phone].filter(Boolean).length;
  const tokens = tokenSet === undefined ? "" : ", and its tokens";
  return `the app ${appId} received the user id, ${count} of 5 profile fields${tokens}`;
}
