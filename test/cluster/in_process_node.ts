import { join } from "node:path";
import { pino } from "pino";
import { systemClock } from "../../src/base/clock.js";
import { startService } from "../../src/compose/service.js";
import { lifetimesOf, openStore } from "../../src/compose/store.js";
import { loadConfig } from "../../src/config/load_config.js";
import type { TicketStore } from "../../src/store/ticket_store.js";
import { type CallableNode, clientsOf } from "./nodes.js";

/** A server in this process, whose store a test can change. */
export interface InProcessNode extends CallableNode {
  stop(): Promise<void>;
}

/** Starts the real service with this configuration file, and with `decorate` applied to its store. */
export async function startInProcessNode(
  name: string,
  folder: string,
  configFile: string,
  decorate: (store: TicketStore) => TicketStore = (store) => store,
): Promise<InProcessNode> {
  const config = loadConfig({ file: configFile, env: { QRLOGIN_GRPC_ADDRESS: "127.0.0.1:0" } });
  const log = pino({ level: "info" }, pino.destination({ dest: join(folder, `${name}.log`), sync: true }));
  const lifetimes = lifetimesOf(config.tickets);
  const { store, clock } = await openStore(config.store, { clock: systemClock, lifetimes, log });
  const app = await startService(config, log, { store: decorate(store), clock });
  const { close, ...clients } = clientsOf(app.grpcAddress);
  return {
    name,
    ...clients,
    async stop() {
      close();
      await app.stop();
    },
  };
}

/**
 * Breaks a store on purpose: it compares the revision of the ticket instead of the write id. Comparison and
 * write are still one step.
 */
export const compareRevisions = (store: TicketStore): TicketStore => ({
  ...store,
  async replace(ticket) {
    const stored = await store.get(ticket.id);
    if (stored?.revision !== ticket.revision - 1) return false;
    return store.replace(ticket, stored.writeId);
  },
});

/** A gate that holds the next write back, so that something can happen between the read and the write. */
export interface Gate {
  decorate(store: TicketStore): TicketStore;
  /** Makes the next write wait. */
  close(): void;
  /** Resolves when a write waits. */
  reached(): Promise<void>;
  open(): void;
}

export function createGate(): Gate {
  let isClosed = false;
  let arrive = () => {};
  let open = () => {};
  let arrived = Promise.resolve();
  let opened = Promise.resolve();
  return {
    decorate: (store) => ({
      ...store,
      async replace(ticket, expectedWriteId) {
        if (isClosed) {
          arrive();
          await opened;
        }
        return store.replace(ticket, expectedWriteId);
      },
    }),
    close() {
      isClosed = true;
      arrived = new Promise((resolve) => {
        arrive = resolve;
      });
      opened = new Promise((resolve) => {
        open = resolve;
      });
    },
    reached: () => arrived,
    open() {
      isClosed = false;
      open();
    },
  };
}
