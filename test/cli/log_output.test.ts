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

/**
 * Number of calls whose lines fill a pipe and the process's buffer several times. Each answered call writes
 * 200 bytes.
 */
const calls = 1_000;

/** Starts `qrlogin` with this file as standard output. `stdout` of the result holds its standard error. */
function startWithOutput(
  target: string,
  args: readonly string[],
  variables: EnvironmentVariables = {},
): RunningProcess {
  const script = 'target=$1; shift; exec "$@" 2>&1 >"$target"';
  const program = [process.execPath, ...programArgs("src/main.ts"), ...args];
  return startProcess("sh", ["-c", script, "sh", target, ...program], variables);
}

/** Waits for the end, for at most half a minute: twice the default time of a stop. */
async function waitForExit(running: RunningProcess): Promise<ProcessExit> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("it has not ended within half a minute")), 30_000);
  });
  return Promise.race([running.exited, late]).finally(() => clearTimeout(timer));
}

/** Returns the address of a service or gateway from the text on its standard error. */
async function waitForAddress(running: RunningProcess): Promise<string> {
  const line = await running.waitForLine("listening on");
  return /listening on (?:http:\/\/)?(?<address>\S+?),? /.exec(line)?.groups?.address ?? "";
}

describe.each([
  ["a pipe that nobody reads", createStalledPipe],
  ["a full disk", () => "/dev/full"],
])("serve with its log to %s", (_, target) => {
  it.skipIf(!existsSync("/dev/full"))("answers every call, and stops gracefully on SIGTERM", async () => {
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
  "a gateway with its log on a full disk answers every request, and stops gracefully on SIGHUP",
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
  "a command whose output cannot be written prints an error and exits with 1",
  async () => {
    expect(await startWithOutput("/dev/full", ["app-secret"]).exited).toMatchObject({
      code: 1,
      stdout: "qrlogin: cannot write to standard output (ENOSPC)\n",
    });
  },
);

describe("a stop that hangs", () => {
  it("ends with exit code 1 and a log line when its time is over", async () => {
    const store = await startUnresponsiveServer();
    const server = startQrlogin(["serve"], {
      ...anyPortEnvironment,
      QRLOGIN_GRPC_SHUTDOWN_GRACE_PERIOD: "0s",
      QRLOGIN_GATEWAY_SHUTDOWN_GRACE_PERIOD: "0s",
      QRLOGIN_STORE_KIND: "redis",
      QRLOGIN_STORE_REDIS_URL: store.url,
      QRLOGIN_STORE_REDIS_TIMEOUT: "1m",
    });
    // It waits for the store, which takes a minute.
    await store.connected;
    server.kill("SIGTERM");
    const { code, stdout } = await waitForExit(server);
    expect(code).toBe(1);
    expect(stdout).toContain('"msg":"shutdown timed out; exiting"');
  });

  it("ends even if a thread of Node.js hangs, which process.exit would wait for", async () => {
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

/** Accepts connections and sends nothing. */
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
