import {
  AuthorizeRequest,
  AuthorizeResponse,
  CreateTicketRequest,
  CreateTicketResponse,
  CreatorCapability,
  ExchangeUserInfoRequest,
  ExchangeUserInfoResponse,
  GetStatusRequest,
  GetStatusResponse,
  MarkScannedRequest,
  PhoneCapability,
  SubmitCheckCodeRequest,
  WatchStatusRequest,
  WatchStatusResponse,
} from "../gen/qrlogin/v1/qr_login_service.js";
import type { TicketState, TicketStatus } from "../gen/qrlogin/v1/ticket.js";
import { authorization, frameMessage, ticketRequest } from "./calls.js";
import { openRawClient } from "./raw_calls.js";

/** Credentials of a ticket's creator. */
export interface CreatedTicket {
  readonly ticketId: string;
  readonly ticketSecret: string;
  /** Text of the code as the screen first shows it. */
  readonly qrContent: string;
}

/** Open watch. */
export interface RawWatch {
  /**
   * Waits for the state. Resolves with the status and its time of arrival, by the clock that all processes of
   * the machine share.
   */
  until(state: TicketState): Promise<{ readonly status: TicketStatus; readonly at: bigint }>;
  cancel(): void;
}

/** Calls of a sign-in on a single connection, of app and phone. They reject when the call fails. */
export interface RawService {
  createTicket(): Promise<CreatedTicket>;
  getStatus(ticket: CreatedTicket): Promise<TicketStatus>;
  markScanned(ticketId: string): Promise<void>;
  /** Scans the text of a code, as a phone that can show check codes. */
  scan(qrContent: string): Promise<void>;
  /** Resolves with the check code, or an empty text if the ticket needs none. */
  authorize(ticketId: string): Promise<string>;
  submitCheckCode(ticket: CreatedTicket, checkCode: string): Promise<void>;
  watch(ticket: CreatedTicket): RawWatch;
  exchange(exchangeTicket: string): Promise<ExchangeUserInfoResponse>;
  close(): void;
}

const creation = frameMessage(
  CreateTicketRequest.encode({
    ...ticketRequest,
    capabilities: [CreatorCapability.CHECK_CODE, CreatorCapability.QR_CODE_STEPS],
  }).finish(),
);

/** @param token User token of the phone. */
export async function openRawService(address: string, token: string): Promise<RawService> {
  const client = await openRawClient(address);
  const bearer = `Bearer ${token}`;
  const markScanned = (request: MarkScannedRequest) =>
    client.unary("MarkScanned", frameMessage(MarkScannedRequest.encode(request).finish()), bearer);
  return {
    async createTicket() {
      return CreateTicketResponse.decode(await client.unary("CreateTicket", creation, authorization));
    },
    async getStatus({ ticketId, ticketSecret }) {
      const body = frameMessage(GetStatusRequest.encode({ ticketId, ticketSecret }).finish());
      const { status } = GetStatusResponse.decode(await client.unary("GetStatus", body, authorization));
      if (!status) throw new Error("GetStatus returned no status");
      return status;
    },
    async markScanned(ticketId) {
      await markScanned({ scanned: { $case: "ticketId", value: ticketId }, capabilities: [] });
    },
    async scan(qrContent) {
      const capabilities = [PhoneCapability.CHECK_CODE];
      await markScanned({ scanned: { $case: "qrContent", value: qrContent }, capabilities });
    },
    async authorize(ticketId) {
      const body = frameMessage(AuthorizeRequest.encode({ ticketId }).finish());
      return AuthorizeResponse.decode(await client.unary("Authorize", body, bearer)).checkCode;
    },
    async submitCheckCode({ ticketId, ticketSecret }, checkCode) {
      const request = SubmitCheckCodeRequest.fromPartial({ ticketId, ticketSecret, checkCode });
      const body = frameMessage(SubmitCheckCodeRequest.encode(request).finish());
      await client.unary("SubmitCheckCode", body, authorization);
    },
    watch({ ticketId, ticketSecret }) {
      const body = frameMessage(WatchStatusRequest.encode({ ticketId, ticketSecret }).finish());
      const stream = client.stream("WatchStatus", body, authorization);
      return {
        async until(state) {
          for (;;) {
            const { message, at } = await stream.next();
            const { status } = WatchStatusResponse.decode(message);
            if (status?.state === state) return { status, at };
          }
        },
        cancel: stream.cancel,
      };
    },
    async exchange(exchangeTicket) {
      const body = frameMessage(
        ExchangeUserInfoRequest.encode({ exchangeTicket, codeVerifier: "" }).finish(),
      );
      return ExchangeUserInfoResponse.decode(await client.unary("ExchangeUserInfo", body, authorization));
    },
    close: client.close,
  };
}
