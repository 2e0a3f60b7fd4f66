import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { onTestFinished } from "vitest";
import { type Clock, systemClock } from "../../src/base/clock.js";
import { createAdminClient } from "../../src/client/index.js";
import { sha256Hex } from "../../src/domain/secrets.js";
import { startIssuerServer } from "../auth/support.js";
import {
  callersOf,
  checkCodeSettings,
  createAwaitingTicket,
  createScannedTicket,
  createTestTicket,
  scannedById,
  wrongCodeFor,
} from "../support/callers.js";
import { writeCertificate } from "../support/certificate.js";
import { otherPrivateKey } from "../support/fixed_certificates.js";
import { freePort } from "../support/free_port.js";
import { customers, customersJwks, signToken } from "../support/tokens.js";
import type { Fault } from "./fault.js";
import { createRecordedLog, type FaultyService, startFaultyService } from "./world.js";

/** Faults of the service, its apps, its users and their issuer. */
export const serviceFaults: readonly Fault[] = [
  {
    section: "An issuer fails",
    async plant() {
      const jwksUri = `http://127.0.0.1:${await freePort()}/jwks.json`;
      const service = await startFaultyService({}, { pool: { keys: { jwksUri } } });
      await scanAs(service);
      return [service];
    },
  },
  {
    section: "UserInfo is slow",
    async plant() {
      const issuer = await startIssuerServer();
      onTestFinished(() => issuer.close());
      issuer.answer("/userinfo", () => {});
      const service = await startFaultyService(
        { userTokens: { issuerTimeout: "100ms" } },
        { pool: { userInfoUri: `${issuer.origin}/userinfo` } },
      );
      const { ticketId } = await createScannedTicket(service.shop, service.alice);
      await service.alice.authorize({ ticketId });
      return [service];
    },
  },
  {
    section: "The issuer has changed its keys",
    async plant() {
      const issuer = await startIssuerServer();
      onTestFinished(() => issuer.close());
      issuer.answerJson("/jwks", { keys: [{ ...customersJwks.keys[0], kid: "another" }] });
      const service = await startFaultyService({}, { pool: { keys: { jwksUri: `${issuer.origin}/jwks` } } });
      await scanAs(service);
      await scanAs(service);
      return [service];
    },
  },
  {
    section: "User tokens are rejected",
    async plant() {
      const service = await startFaultyService();
      await scanAs(service, await signToken("alice", { ...customers, audience: "another-app" }));
      return [service];
    },
  },
  {
    section: "A certificate expires",
    async plant() {
      const { certFile, keyFile, pem, remove } = writeCertificate();
      onTestFinished(remove);
      const settings = { grpc: { address: "127.0.0.1:0", tls: { certFile, keyFile } } };
      const at = (ms: number) => ({ ...systemClock, wallNow: () => ms });
      const end = Date.parse(new X509Certificate(pem).validTo);
      return [
        await startFaultyService(settings, { clock: at(end - 86_400_000) }),
        await startFaultyService(settings, { clock: at(end + 1_000) }),
      ];
    },
  },
  {
    section: "A reload failed",
    async plant() {
      const { certFile, keyFile, remove } = writeCertificate();
      onTestFinished(remove);
      const service = await startFaultyService({
        grpc: { address: "127.0.0.1:0", tls: { certFile, keyFile } },
      });
      writeFileSync(keyFile, otherPrivateKey);
      await service.reload();
      return [service];
    },
  },
  {
    section: "An app floods the service",
    async plant() {
      const service = await startFaultyService({ policy: { limits: { ticketsPerApp: 2 } } });
      for (let calls = 0; calls < 4; calls += 1) await service.shop.createTicket();
      return [service];
    },
  },
  {
    section: "All users seem to have one address",
    async plant() {
      const service = await startFaultyService({ policy: { limits: { ticketsPerAddress: 2 } } });
      const request = { ipAddress: "10.0.0.9" };
      for (let calls = 0; calls < 4; calls += 1)
        await service.shop.createTicket({ requester: request } as never);
      return [service];
    },
  },
  {
    section: "Connections are refused",
    async plant() {
      // The line is written every ten seconds.
      const clock: Clock = { ...systemClock, after: (ms, run) => systemClock.after(Math.min(ms, 100), run) };
      const grpc = { address: "127.0.0.1:0", limits: { connections: 2 } };
      const service = await startFaultyService({ grpc }, { clock });
      await createTestTicket(service.shop);
      const [, port] = service.address.split(":");
      for (let count = 0; count < 4; count += 1) {
        const socket = connect(Number(port), "127.0.0.1");
        onTestFinished(() => void socket.destroy());
        socket.on("error", () => {});
        await once(socket, "connect");
      }
      return [service];
    },
  },
  {
    section: "Sign-ins are disabled",
    async plant() {
      const admins = [{ id: "ops", secretSha256: [sha256Hex("secret-of-the-operators")] }];
      const service = await startFaultyService({ admins });
      const admin = createAdminClient({
        ...{ address: service.address, adminId: "ops", adminSecret: "secret-of-the-operators" },
      });
      onTestFinished(() => admin.close());
      await admin.disableSignIns({ target: { $case: "appId", value: "shop" } });
      await service.shop.createTicket();
      return [service];
    },
  },
  {
    section: "Phones are too old for a policy",
    async plant() {
      const service = await startFaultyService(checkCodeSettings);
      const ticket = await createTestTicket(service.shop);
      await service.alice.markScanned(scannedById(ticket), []);
      await service.shop.createTicket();
      return [service];
    },
  },
  {
    section: "Check codes are wrong",
    async plant() {
      const service = await startFaultyService(checkCodeSettings);
      const { checkCode, ...ticket } = await createAwaitingTicket(service.shop, service.alice);
      for (let tries = 0; tries < 3; tries += 1)
        await service.shop.submitCheckCode({ ...ticket, checkCode: wrongCodeFor(checkCode) });
      return [service];
    },
  },
  {
    section: "The store of tickets is full",
    async plant() {
      const service = await startFaultyService({ store: { maxTickets: 2 } });
      for (let calls = 0; calls < 3; calls += 1) await service.shop.createTicket();
      return [service];
    },
  },
  {
    section: "File descriptors run out",
    async plant() {
      const grpc = { address: "127.0.0.1:0", limits: { connections: 1_000_000 } };
      return [await startFaultyService({ grpc })];
    },
  },
  {
    section: "The event loop is delayed",
    async plant() {
      const service = await startFaultyService();
      // Node.js measures from the first of its timers on, which may not have run yet.
      for (let delays = 0; delays < 4; delays += 1) {
        const end = performance.now() + 200;
        while (performance.now() < end);
        await new Promise((resolve) => setImmediate(resolve));
      }
      return [service];
    },
  },
  {
    section: "Log lines are lost",
    async plant() {
      let isFull = false;
      const recorded = createRecordedLog(() => {
        if (isFull) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
      });
      const service = await startFaultyService({}, { recorded });
      isFull = true;
      for (let lines = 0; lines < 1_100; lines += 1)
        recorded.log.info({ padding: "x".repeat(1_000) }, "call");
      isFull = false;
      return [service];
    },
  },
];

async function scanAs(service: FaultyService, token?: string): Promise<void> {
  const ticket = await createTestTicket(service.shop);
  const user = token === undefined ? service.alice : callersOf(service.client).user(token);
  await user.markScanned(scannedById(ticket));
}
