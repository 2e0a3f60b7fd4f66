import { Agent, request } from "node:http";
import { createApproverClient } from "../src/client/index.js";
import { newTicketId } from "../src/domain/secrets.js";
import { credential } from "./servers.js";
import type { MeteredTarget } from "./usage_meter.js";
import { userToken } from "./user_token.js";

/** Stream that can be opened, with a trigger for an event. */
export interface EventSourceTicket {
  readonly path: string;
  readonly cookie: string;
  /** Triggers the event of a scan. Resolves with the time at which the server wrote it, if known. */
  markScanned(): Promise<bigint | undefined>;
  /** Removes the ticket or source behind the stream. */
  end(): Promise<void>;
}

/** Server with the means to open streams on it. */
export interface SseServer {
  readonly server: MeteredTarget;
  createTickets(count: number): Promise<readonly EventSourceTicket[]>;
}

/** Creates the phone of the benchmark. */
export async function createPhone(service: string) {
  return createApproverClient({ address: service, token: await userToken() });
}

export type Phone = Awaited<ReturnType<typeof createPhone>>;

/**
 * Creates the sources of a gateway. Their tickets, each with its own cookie, are created through another
 * gateway (`front`) with the same keys, so that the memory for creating them is not counted.
 */
export function createGatewayServer(server: MeteredTarget, front: string, phone: Phone): SseServer {
  async function createTicket(): Promise<EventSourceTicket> {
    const response = await fetch(`http://${front}/qrlogin/v1/tickets`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ appId: credential.appId }),
    });
    const body = (await response.json()) as Readonly<Record<string, unknown>>;
    const { handle, ticketId } = body;
    const cookie = response.headers.get("set-cookie")?.split(";", 1)[0];
    if (typeof handle !== "string" || typeof ticketId !== "string" || cookie === undefined) {
      throw new Error(`the gateway created no ticket: ${response.status} ${body.reason}`);
    }
    return {
      path: `/qrlogin/v1/tickets/events?handle=${handle}`,
      cookie,
      async markScanned() {
        await phone.markScanned({ scanned: { $case: "ticketId", value: ticketId } });
        return undefined;
      },
      async end() {
        await phone.cancel({ ticketId });
      },
    };
  }
  return { server, createTickets: (count) => mapConcurrently(count, 16, createTicket) };
}

/** Creates the sources of the bare server, triggered by a call as the gateway's are by the phone's call. */
export function createBareServer(server: MeteredTarget): SseServer {
  const agent = new Agent({ keepAlive: true });
  const createTicket = async (): Promise<EventSourceTicket> => {
    const id = newTicketId();
    return {
      path: `/events?id=${id}`,
      cookie: "",
      markScanned: () => post(`http://${server.address}/scan?id=${id}`, agent),
      end: async () => {},
    };
  };
  return { server, createTickets: (count) => mapConcurrently(count, 16, createTicket) };
}

function post(url: string, agent: Agent): Promise<bigint> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: "POST", agent }, (response) => {
      let text = "";
      response.setEncoding("latin1").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve(BigInt(text)));
    });
    call.on("error", reject).end();
  });
}

/** Runs the work `count` times, at most `width` at once. */
export async function mapConcurrently<T>(
  count: number,
  width: number,
  work: (index: number) => Promise<T>,
): Promise<T[]> {
  const done: T[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const index = next++;
      done[index] = await work(index);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return done;
}
