import { existsSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createAppClient } from "../../src/client/index.js";
import { createNamedPipe, createStalledPipe } from "../support/named_pipe.js";
import {
  anyPortEnvironment,
  type EnvironmentVariables,
  type ProcessExit,
  type RunningProcess,
  startProcess,
  startQrlogin,
} from "../support/process.js";
import { programArgs } from "../support/program.js";

/** Fits a pipe and what the process holds back, several times. Each call that is answered writes 200 bytes. */
const calls = 1_000;

/** Starts `qrlogin` with this as its standard output. What it says on the standard error is on `stdout` of the answer. */
function startWithOutput(
  target: string,
  words: readonly string[],
  variables: EnvironmentVariables = {},
): RunningProcess {
  const script = 'target=$1; shift; exec "$@" 2>&1 >"$target"';
  const program = [process.execPath, ...programArgs("src/main.ts"), ...words];
  return startProcess("sh", ["-c", script, "sh", target, ...program], variables);
}

/** Waits for the end, for half a minute: twice as long as a stop may take by default. */
async function waitForExit(running: RunningProcess): Promise<ProcessExit> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("it has not ended within half a minute")), 30_000);
  });
  return Promise.race([running.exited, late]).finally(() => clearTimeout(timer));
}

/** Where a service or gateway serves, by what it says on the standard error. */
async function waitForAddress(running: RunningProcess): Promise<string> {
  const line = await running.waitForLine("serves on");
  return /serves on (?:http:\/\/)?(?<address>\S+?),? /.exec(line)?.groups?.address ?? "";
}

describe.each([
  ["a pipe that nobody reads", createStalledPipe],
  ["a full disk", () => "/dev/full"],
])("serve with its log to %s", (_, target) => {
  it.skipIf(!existsSync("/dev/full"))("answers every call, and stops politely at SIGTERM", async () => {
    const server = startWithOutput(target(), ["serve"], anyPortEnvironment);
    const client = createAppClient({
      address: await waitForAddress(server),
      ...{ appId: "demo-app", appSecret: "demo-secret" },
    });
    onTestFinished(() => client.close());
    for (let done = 0; done < calls; done += 50) {
      await Promise.all(Array.from({ length: 50 }, () => client.createTicket({})));
    }
    server.kill("SIGTERM");
    const { code, signal, stdout } = await waitForExit(server);
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(stdout).not.toContain("Error");
  });
});

it.skipIf(!existsSync("/dev/full"))(
  "gateway with its log to a full disk answers every request, and stops politely at SIGHUP",
  async () => {
    const gateway = startWithOutput("/dev/full", ["gateway"], { QRLOGIN_GATEWAY_ADDRESS: "127.0.0.1:0" });
    const address = await waitForAddress(gateway);
    for (let done = 0; done < calls; done += 50) {
      const requests = Array.from({ length: 50 }, () =>
        fetch(`http://${address}/qrlogin/v1/widget.js`, { signal: AbortSignal.timeout(10_000) }),
      );
      for (const { status } of await Promise.all(requests)) expect(status).toBe(200);
    }
    gateway.kill("SIGHUP");
    expect(await waitForExit(gateway)).toMatchObject({ code: 0, signal: null });
  },
);

it.skipIf(!existsSync("/dev/full"))(
  "a command whose output cannot be written says so and ends with 1",
  async () => {
    expect(await startWithOutput("/dev/full", ["app-secret"]).exited).toMatchObject({
      code: 1,
      stdout: "qrlogin: cannot write to the standard output (ENOSPC)\n",
    });
  },
);

describe("a stop that hangs", () => {
  it("is cut off with exit code 1 and a line that says so, when the time that it may take is over", async () => {
    const store = await startUnresponsiveServer();
    const server = startQrlogin(["serve"], {
      ...anyPortEnvironment,
      QRLOGIN_GRPC_SHUTDOWN_GRACE_PERIOD: "0s",
      QRLOGIN_GATEWAY_SHUTDOWN_GRACE_PERIOD: "0s",
      QRLOGIN_STORE_KIND: "redis",
      QRLOGIN_STORE_REDIS_URL: store.url,
      QRLOGIN_STORE_REDIS_TIMEOUT: "1m",
    });
    // It waits for the store, and would for a minute.
    await store.connected;
    server.kill("SIGTERM");
    const { code, stdout } = await waitForExit(server);
    expect(code).toBe(1);
    expect(stdout).toContain('"msg":"stopping took too long and is cut off"');
  });

  it("is over even where a thread of Node.js hangs, for which an exit would wait", async () => {
    const pipe = createNamedPipe();
    const hang = `import { open } from "node:fs"; open(${JSON.stringify(pipe)}, "r", () => {});`;
    const server = startQrlogin(["serve"], {
      ...anyPortEnvironment,
      NODE_OPTIONS: `--import ${JSON.stringify(`data:text/javascript,${encodeURIComponent(hang)}`)}`,
    });
    await server.waitForLine('"msg":"ready"');
    server.kill("SIGTERM");
    const { signal, stdout } = await waitForExit(server);
    expect(signal).toBe("SIGKILL");
    expect(stdout).toContain('"msg":"stopped"');
  });
});

/** Accepts connections and says nothing. */
async function startUnresponsiveServer(): Promise<{ url: string; connected: Promise<void> }> {
  const sockets: Socket[] = [];
  let accept = () => {};
  const connected = new Promise<void>((resolve) => {
    accept = resolve;
  });
  const server = createServer((socket) => {
    sockets.push(socket.on("error", () => {}));
    accept();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { url: `redis://127.0.0.1:${address.port}`, connected };
}
