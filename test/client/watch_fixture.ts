import type { ServerOptions } from "@grpc/grpc-js";
import { createAppClientWithTiming } from "../../src/client/app_client.js";
import type { AppClient, TicketStatus, WatchOptions } from "../../src/client/index.js";
import type { Timing } from "../../src/client/timing.js";
import { withTimeout, withTimeoutEach } from "../support/timeout.js";
import { type Handlers, startFakeService, type WatchStream } from "./fake_service.js";
import { createImmediateTiming } from "./manual_timing.js";

/** The request of every watch in the tests. */
export const ticket = { ticketId: "t", ticketSecret: "s" };

/** Creates services and clients that stop when the test ends. */
export function createFixture() {
  const cleanups: (() => void)[] = [];
  return {
    /** Calls `cleanup` when the test ends. */
    later: (cleanup: () => void) => cleanups.push(cleanup),
    clear() {
      for (const cleanup of cleanups.splice(0).reverse()) cleanup();
    },
    async service(answers: Handlers, port = 0, options: ServerOptions = {}) {
      const fake = await startFakeService(answers, port, options);
      cleanups.push(fake.stop);
      return fake;
    },
    clientOn(address: string, timing: Timing = createImmediateTiming(), more: object = {}) {
      const client = createAppClientWithTiming({ address, appId: "shop", appSecret: "s", ...more }, timing);
      cleanups.push(client.close);
      return client;
    },
  };
}

/** Resolves with the states that a watch yields from its beginning to its end. */
export async function statesOf(client: AppClient, options: WatchOptions = {}) {
  const states: number[] = [];
  const read = async () => {
    for await (const each of client.watchStatus(ticket, options)) states.push(each.state);
    return states;
  };
  return withTimeout(read(), () => `the end of a watch, which yielded the states ${states.join(", ")}`);
}

/** Runs the first script for the first watch, the second for the second, and so on. */
export function sequence(...each: ((stream: WatchStream) => void)[]): Handlers {
  let next = 0;
  return { watchStatus: (stream) => each[next++]?.(stream) };
}

export function iterate(client: AppClient, options: WatchOptions = {}) {
  return withTimeoutEach(client.watchStatus(ticket, options));
}

export async function nextOf(statuses: AsyncIterator<TicketStatus>) {
  return (await statuses.next()).value as TicketStatus;
}
