import { setTimeout as pause } from "node:timers/promises";
import { credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import {
  CreateTicketRequest,
  CreateTicketResponse,
  GetStatusRequest,
  GetStatusResponse,
  QrLoginServiceClient,
} from "../gen/qrlogin/v1/qr_login_service.js";
import { TicketState } from "../gen/qrlogin/v1/ticket.js";
import { credential } from "./servers.js";

export const authorization = `Basic ${btoa(`${credential.appId}:${credential.secret}`)}`;

/** Request to repeat, with the length of the correct response. */
export interface Call {
  readonly path: string;
  /** Request message, for gRPC with its prefix. */
  readonly body: Buffer;
  /** Headers, `NAME: VALUE`. Those of a gRPC call of the app by default. */
  readonly headers?: readonly string[];
  /** True for HTTP/1.1, which carries one call at a time on a connection. */
  readonly isHttp1?: true;
  /**
   * Length of the response on the wire, including its prefix, in bytes. Fractions of a second vary it by a
   * byte or two.
   */
  readonly responseBytes: number;
}

/** Client that makes real calls and checks them, so that only working calls are measured. */
export interface Caller {
  /** Waits until the server responds. */
  ready(): Promise<void>;
  /** Creates a ticket and checks the response. */
  createTicket(): Promise<Call>;
  /** Creates a ticket, requests its status and checks the response. */
  getStatus(): Promise<Call>;
  close(): void;
}

export const methods = ["createTicket", "getStatus"] as const;

const prefixBytes = 5;

/** Request as an app's backend sends it: with a requester, without image and custom data. */
export const ticketRequest = CreateTicketRequest.fromPartial({
  requester: {
    ipAddress: "203.0.113.7",
    userAgent:
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    deviceName: "Chrome on Linux",
    location: "Lisbon, Portugal",
  },
});

export function createCaller(address: string): Caller {
  const client = new QrLoginServiceClient(address, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set("authorization", authorization);

  async function create(): Promise<CreateTicketResponse> {
    const answer = await promisify<CreateTicketResponse>((done) =>
      client.createTicket(ticketRequest, metadata, done),
    );
    if (answer.ticketId.length !== 22 || answer.ticketSecret.length !== 43) {
      throw new Error("CreateTicket returned no valid ticket");
    }
    return answer;
  }

  return {
    ready() {
      return new Promise((resolve, reject) => {
        client.waitForReady(Date.now() + 60_000, (error) => (error ? reject(error) : resolve()));
      });
    },
    async createTicket() {
      const answer = CreateTicketResponse.encode(await create()).finish();
      return {
        path: "/qrlogin.v1.QrLoginService/CreateTicket",
        body: frameMessage(CreateTicketRequest.encode(ticketRequest).finish()),
        responseBytes: prefixBytes + answer.length,
      };
    },
    async getStatus() {
      const { ticketId, ticketSecret } = await create();
      const request = { ticketId, ticketSecret };
      // In its first millisecond a ticket has a whole number of seconds left, whose encoding is shorter than
      // all others.
      await pause(2);
      const answer = await promisify<GetStatusResponse>((done) => client.getStatus(request, metadata, done));
      const { status } = answer;
      if (status?.state !== TicketState.PENDING || status.ticketId !== ticketId) {
        throw new Error("GetStatus did not return the status of a new ticket");
      }
      return {
        path: "/qrlogin.v1.QrLoginService/GetStatus",
        body: frameMessage(GetStatusRequest.encode(request).finish()),
        responseBytes: prefixBytes + GetStatusResponse.encode(answer).finish().length,
      };
    },
    close: () => client.close(),
  };
}

/** Returns the message with the prefix of gRPC. */
export function frameMessage(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function promisify<T>(call: (done: (error: ServiceError | null, answer: T) => void) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, answer) => (error ? reject(error) : resolve(answer)));
  });
}
