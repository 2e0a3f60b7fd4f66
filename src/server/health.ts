import {
  type Server,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { service as healthService } from "grpc-health-check";
import type { LimitEventLog } from "./http2/limit_event_log.js";

export { healthService };

export type ServingStatus = "SERVING" | "NOT_SERVING";
type HealthResponse = { readonly status: ServingStatus | "SERVICE_UNKNOWN" };
type HealthRequest = { readonly service: string };

/** The health service, `grpc.health.v1.Health`. */
export interface Health {
  setStatus(name: string, status: ServingStatus): void;
}

/** Largest number of watches of one connection, so that it cannot use up the limit of all watches. */
const watchesPerConnection = 100;

/**
 * Adds the health service. Every name is SERVING at first, and no names are added later.
 *
 * Only the service definition is that of `grpc-health-check`. The implementation of that package limits
 * neither watches nor the names that it stores for them, and writes even if the client does not read.
 *
 * @param maxWatches Limit of all watches together. At the limit, a new watch replaces the oldest one of the
 * connection with the most watches, or is rejected if its own connection would then have as many.
 */
export function addHealth(
  server: Server,
  names: readonly string[],
  maxWatches: number,
  limitEvents: LimitEventLog,
): Health {
  const statuses = new Map<string, ServingStatus>(names.map((name) => [name, "SERVING"]));
  const watches = createHealthWatches(maxWatches, limitEvents);
  server.addService(healthService, {
    check(
      { request }: ServerUnaryCall<HealthRequest, HealthResponse>,
      callback: sendUnaryData<HealthResponse>,
    ) {
      const current = statuses.get(request.service);
      if (current) callback(null, { status: current });
      else callback({ code: status.NOT_FOUND, details: "unknown service" });
    },
    watch(call: ServerWritableStream<HealthRequest, HealthResponse>) {
      const name = call.request.service;
      watches.add(call, () => ({ status: statuses.get(name) ?? "SERVICE_UNKNOWN" }));
    },
    list(_call: ServerUnaryCall<object, object>, callback: sendUnaryData<object>) {
      const entries = [...statuses].map(([name, current]) => [name, { status: current }]);
      callback(null, { statuses: Object.fromEntries(entries) });
    },
  });
  return {
    setStatus(name, next) {
      if (statuses.get(name) === next) return;
      statuses.set(name, next);
      watches.sendAll();
    },
  };
}

interface HealthWatch {
  /**
   * Sends the current status unless it was the last one sent. While the client does not read, waits and then
   * sends the newest status only.
   */
  send(): void;
  reject(): void;
}

function createHealthWatches(maxWatches: number, limitEvents: LimitEventLog) {
  /** Watches by the peer's address and port, which identify a connection. */
  const byPeer = new Map<string, Set<HealthWatch>>();
  let count = 0;

  /**
   * Makes room for a watch of a connection that already has `watchesOfPeer` watches. Returns whether there is
   * room.
   */
  function makeRoom(watchesOfPeer: number): boolean {
    if (watchesOfPeer >= Math.min(watchesPerConnection, maxWatches)) return false;
    if (count < maxWatches) return true;
    let largest = new Set<HealthWatch>();
    for (const watches of byPeer.values()) if (watches.size > largest.size) largest = watches;
    // A connection with an equal number keeps its watches, so that a flood of connections does not end the
    // watch of a load balancer.
    if (watchesOfPeer + 1 >= largest.size) return false;
    for (const oldest of largest) {
      oldest.reject();
      return true;
    }
    return false;
  }

  return {
    add(
      call: ServerWritableStream<HealthRequest, HealthResponse>,
      currentResponse: () => HealthResponse,
    ): void {
      const peer = call.getPeer();
      const peerWatches = byPeer.get(peer) ?? new Set<HealthWatch>();
      const watch = createHealthWatch(call, currentResponse, remove);
      function remove(): void {
        if (!peerWatches.delete(watch)) return;
        count -= 1;
        if (peerWatches.size === 0) byPeer.delete(peer);
      }
      if (!makeRoom(peerWatches.size)) {
        limitEvents.count("healthWatchesRejected");
        watch.reject();
        return;
      }
      byPeer.set(peer, peerWatches.add(watch));
      count += 1;
      call.on("cancelled", remove);
      watch.send();
    },
    /** Sends the current status to every watch that has not received it. */
    sendAll(): void {
      for (const watches of byPeer.values()) for (const watch of watches) watch.send();
    },
  };
}

function createHealthWatch(
  call: ServerWritableStream<HealthRequest, HealthResponse>,
  currentResponse: () => HealthResponse,
  remove: () => void,
): HealthWatch {
  let sent: HealthResponse["status"] | undefined;
  let isFull = false;
  function send(): void {
    const { status: next } = currentResponse();
    if (isFull || next === sent) return;
    sent = next;
    isFull = !call.write({ status: next });
  }
  call.on("drain", () => {
    isFull = false;
    send();
  });
  return {
    send,
    reject() {
      remove();
      call.emit("error", { code: status.RESOURCE_EXHAUSTED, details: "too many health watches" });
    },
  };
}
