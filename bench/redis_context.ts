import { createCaller } from "./calls.js";
import { openRawService, type RawService } from "./raw_service.js";
import { type ServiceOptions, type ServiceTarget, startService } from "./servers.js";
import { userToken } from "./user_token.js";

/** What every part is told. */
export interface BenchContext {
  readonly rounds: number;
  readonly quick: boolean;
  /** For whatever is to be written. It goes at the end. */
  readonly folder: string;
  /** Has something stopped at the end of the part, the last one first. */
  stopAtEnd<T extends { stop(): unknown }>(one: T): T;
}

/** A node, and connections to it. */
export interface RawNode {
  readonly target: ServiceTarget;
  /** The client for the work of this number: they take turns. */
  clientFor(index: number): RawService;
}

/** Starts a node and waits until it answers. */
export async function startRawNode(
  { stopAtEnd }: Pick<BenchContext, "stopAtEnd">,
  options: ServiceOptions,
  connections = 1,
): Promise<RawNode> {
  const target = stopAtEnd(await startService(options));
  const caller = createCaller(target.address);
  await caller.ready().finally(caller.close);
  return { target, clientFor: await openRawServices({ stopAtEnd }, target.address, connections) };
}

/** Opens so many connections. */
export async function openRawServices(
  { stopAtEnd }: Pick<BenchContext, "stopAtEnd">,
  address: string,
  connections: number,
): Promise<(index: number) => RawService> {
  const token = await userToken();
  const clients: RawService[] = [];
  for (let opened = 0; opened < connections; opened++) {
    const client = await openRawService(address, token);
    stopAtEnd({ stop: client.close });
    clients.push(client);
  }
  return (index) => {
    const client = clients[index % connections];
    if (!client) throw new Error("there is no connection");
    return client;
  };
}
