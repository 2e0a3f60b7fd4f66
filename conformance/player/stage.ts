import type { Cast } from "./cast.js";
import { type Network, startNetwork } from "./network.js";
import { type Peer, startPeer } from "./peer.js";
import type { Scenario } from "./schema.js";
import { createServiceHost, type ServiceBuild, type ServiceHost } from "./service_host.js";

/** Stage of a scenario: the network, and behind it the service or a peer that plays it. */
export interface Stage {
  readonly network: Network;
  /** The service. @throws Error when the scenario has a peer in its place. */
  readonly host: ServiceHost;
  /** The peer. @throws Error when the scenario has none. */
  readonly peer: Peer;
  /** Returns the moments of the requests for an RPC so far, in milliseconds of `performance.now()`. */
  requestsOf(rpc: string): readonly number[];
  nextRequest(signal: AbortSignal): Promise<void>;
  /** Returns the log of the service so far. */
  logText(): string;
  dispose(): Promise<void>;
}

/** Sets up the stage of a scenario. */
export async function startStage(scenario: Scenario, build?: ServiceBuild): Promise<Stage> {
  const network = await startNetwork();
  return scenario.peer
    ? withPeer(network, await startPeer(scenario.peer))
    : withService(network, await createServiceHost(scenario.service, scenario.tls, build));
}

function withPeer(network: Network, peer: Peer): Stage {
  network.setTarget(peer.address);
  return {
    network,
    peer,
    get host(): never {
      throw new Error("a scenario with a peer has no service");
    },
    requestsOf: peer.requestsOf,
    nextRequest: peer.nextRequest,
    logText: () => "",
    async dispose() {
      network.stop();
      peer.stop();
    },
  };
}

async function withService(network: Network, host: ServiceHost): Promise<Stage> {
  network.setTarget(await host.start());
  return {
    ...{ network, host },
    get peer(): never {
      throw new Error("the scenario has a service and no peer");
    },
    requestsOf: host.calls.callsOf,
    nextRequest: host.calls.nextLine,
    logText: host.calls.text,
    async dispose() {
      network.stop();
      await host.dispose();
    },
  };
}

/** Returns the credentials of the cast that must never appear in a log or an error. */
export function credentialsOf(cast: Cast): string[] {
  return [...cast.values()].map((identity) => ("token" in identity ? identity.token : identity.appSecret));
}
