import { createCaller } from "./calls.js";
import { openRawService, type RawService } from "./raw_service.js";
import { type ServiceOptions, type ServiceTarget, startService } from "./servers.js";
import { userToken } from "./user_token.js";

/** Context of every part of the benchmark. */
export interface BenchContext {
  readonly rounds: number;
  readonly quick: boolean;
  /** Folder for temporary files. It is removed at the end. */
  readonly folder: string;
  /** Registers a process to stop at the end of the part. The last one registered is stopped first. */
  stopAtEnd<T extends { stop(): unknown }>(one: T): T;
}

/** Node with connections to it. */
export interface RawNode {
  readonly target: ServiceTarget;
  /** Returns the client for the work with this index. Clients are used in turns. */
  clientFor(index: number): RawService;
}

/** Starts a node and waits until it responds. */
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

/** Opens the given number of connections. */
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
    if (!client) throw new Error("there is no open connection");
    return client;
  };
}
