import { PhoneCapability } from "../../gen/qrlogin/v1/qr_login_service.js";
import type {
  ApproverClient,
  AuthorizeResponse,
  CancelResponse,
  MarkScannedResponse,
} from "../../src/client/index.js";
import type { Attempt, MakeAttempt } from "./attempt.js";

/** The mobile app of one user, who is signed in to it. */
export interface Phone {
  /** Sends the text of a code, as the camera reads it. By default the app is up to date. */
  scan(qrContent: string, capabilities?: readonly PhoneCapability[]): Promise<Attempt<MarkScannedResponse>>;
  /** Sends a bare ticket id in place of a code. */
  scanId(ticketId: string): Promise<Attempt<MarkScannedResponse>>;
  authorize(ticketId: string): Promise<Attempt<AuthorizeResponse>>;
  cancel(ticketId: string): Promise<Attempt<CancelResponse>>;
  /** Returns the phone of whoever holds this token. */
  withToken(token: string): Phone;
  /** Returns a phone that makes each call once, even if a limit asks for a delay. */
  impatient(): Phone;
}

/** Capabilities that the current release of a mobile app states. */
const currentCapabilities = [PhoneCapability.CHECK_CODE];

/** Creates the phone of the user whose token this is. */
export function createPhone(
  client: ApproverClient,
  token: string,
  attempt: MakeAttempt,
  patient = true,
): Phone {
  const call = <T>(make: () => Promise<T>) => attempt(make, { patient });
  return {
    scan: (qrContent, capabilities = currentCapabilities) =>
      call(() =>
        client.markScanned(
          { scanned: { $case: "qrContent", value: qrContent }, capabilities: [...capabilities] },
          { token },
        ),
      ),
    scanId: (ticketId) =>
      call(() =>
        client.markScanned(
          { scanned: { $case: "ticketId", value: ticketId }, capabilities: currentCapabilities },
          { token },
        ),
      ),
    authorize: (ticketId) => call(() => client.authorize({ ticketId }, { token })),
    cancel: (ticketId) => call(() => client.cancel({ ticketId }, { token })),
    withToken: (other) => createPhone(client, other, attempt, patient),
    impatient: () => createPhone(client, token, attempt, false),
  };
}
