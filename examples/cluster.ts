// A login across three nodes, one of which is killed on the way. Needs Redis on this machine.
// Start it with `npm run example:cluster`.
import { signDevelopmentToken } from "../src/auth/development_identities.js";
import {
  codeChallengeOf,
  createAppClient,
  createApproverClient,
  createCodeVerifier,
  isTerminal,
  TicketState,
  type TicketStatus,
} from "../src/client/index.js"; // yours: "qrlogin/client"
import { renderForTerminal } from "../src/qr/render_for_terminal.js";
import { findFreeAddress, hasRedis, startNode, startRedis, stopAll } from "./cluster_processes.js";
import { enumNameOf } from "./command_line.js";
import { describeRequest } from "./phone.js";

if (!hasRedis()) {
  console.error(
    "This example needs Redis 7. Install it with `apt-get install redis-server` or `brew install redis`.",
  );
  process.exit(1);
}
let isInterrupted = false;
for (const [signal, code] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const]) {
  process.once(signal, async () => {
    isInterrupted = true;
    await stopAll();
    process.exit(code);
  });
}

const clients: { close(): void }[] = [];
try {
  const redis = await startRedis();
  print("redis", `listens on ${redis.address}, without persistence`);
  const [first, second, third] = [await findFreeAddress(), await findFreeAddress(), await findFreeAddress()];
  const nodes = await Promise.all([startNode(first, redis.address), startNode(second, redis.address)]);
  print("node 1", `listens on ${first}`);
  print("node 2", `listens on ${second}`);
  print("nodes", storeMessageOf(nodes[0].lines));

  const website = (address: string) =>
    closeAtEnd(createAppClient({ address, appId: "demo-app", appSecret: "demo-secret" }));
  const phone = (address: string) =>
    closeAtEnd(createApproverClient({ address, token: () => signDevelopmentToken("alice", Date.now()) }));

  const codeVerifier = createCodeVerifier();
  const ticket = await website(first).createTicket({
    codeChallenge: codeChallengeOf(codeVerifier),
    requester: { deviceName: "The cluster example", ipAddress: "127.0.0.1", location: "This very machine" },
  });
  print("website", "has created a ticket at node 1 and shows its code:");
  console.log(renderForTerminal(ticket.qrContent));

  // A client distributes its calls over all addresses that it knows. In production, use a DNS name for all
  // nodes.
  print("website", "watches the ticket at node 2; also has the address of node 3, which is not running yet");
  const watcher = website(`ipv4:${second},${third}`);
  // Heartbeats repeat an unchanged status. Here, the first one shows that the other node has taken over.
  const statuses = watcher.watchStatus(ticket, { heartbeats: true })[Symbol.asyncIterator]();
  await waitForState(statuses, TicketState.PENDING);

  await startNode(third, redis.address);
  print("node 3", `has joined: listens on ${third}`);

  print("phone", "scans the code, at node 3");
  const scanned = { $case: "qrContent", value: ticket.qrContent } as const;
  print("phone", describeRequest(await phone(third).markScanned({ scanned })));
  await waitForState(statuses, TicketState.SCANNED);

  print("node 2", `is killed with ${await nodes[1].kill()} during the watch`);
  await waitForState(statuses, TicketState.SCANNED);
  print("website", "received this status from node 3: the watch continues");

  print("phone", "Alice approves, at node 1");
  await phone(first).authorize({ ticketId: ticket.ticketId });
  const { exchangeTicket } = await waitForState(statuses, TicketState.AUTHORIZED);

  const { user } = await website(third).exchangeUserInfo({ exchangeTicket, codeVerifier });
  print("website", "has exchanged the ticket at node 3; the watch ends:");
  await waitForState(statuses, TicketState.EXCHANGED);
  print("website", "user signed in:");
  console.log(user);
} catch (error) {
  // Calls that fail because the example was interrupted are not errors.
  if (!isInterrupted) console.error(`The example failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  for (const client of clients) client.close();
  await stopAll();
}

function print(speaker: string, text: string): void {
  console.log(`${`${speaker}:`.padEnd(9)}${text}`);
}

function closeAtEnd<C extends { close(): void }>(client: C): C {
  clients.push(client);
  return client;
}

/** Returns the message in a node's log about the durability of its store. */
function storeMessageOf(lines: readonly string[]): string {
  const line = lines.find((one) => one.includes('"msg":"the store is '));
  const { msg = "do not report the durability of their store" }: { msg?: string } = JSON.parse(line ?? "{}");
  return msg;
}

/** Prints each status of the watch, and resolves with the first one in the given state. */
async function waitForState(
  statuses: AsyncIterator<TicketStatus>,
  wanted: TicketState,
): Promise<TicketStatus> {
  for (;;) {
    const { value, done } = await statuses.next();
    if (done) throw new Error(`the watch ended before the state ${enumNameOf(TicketState, wanted)}`);
    print(
      "website",
      enumNameOf(TicketState, value.state) + (value.scannedBy ? ` by ${value.scannedBy.nickname}` : ""),
    );
    if (value.state === wanted) return value;
    if (isTerminal(value.state))
      throw new Error(`the ticket ended in the state ${enumNameOf(TicketState, value.state)}`);
  }
}
