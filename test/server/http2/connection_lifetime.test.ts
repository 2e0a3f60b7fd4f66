import { once } from "node:events";
import { expect, it, onTestFinished } from "vitest";
import { startBareServer } from "../../support/bare_server.js";
import { eventually } from "../../support/eventually.js";
import { connectPeer, connectSocket, grpcFrame, healthPath, http2Preface } from "../../support/http2_peer.js";
import { withTimeout } from "../../support/timeout.js";

it("a connection is destroyed if its peer does not answer a PING, and kept if it does", async () => {
  const { address } = await startBareServer({ keepalive: { interval: 50, timeout: 50 } });
  const alive = await connectPeer(address);
  onTestFinished(() => alive.close());
  const dead = await connectSocket(address);
  const received: Buffer[] = [];
  dead.on("data", (bytes) => received.push(bytes));
  // A real client would answer with its own frame.
  dead.write(http2Preface);
  // This is sooner than grpc-js's default time-out of 20 seconds.
  await withTimeout(once(dead, "close"), "`close` of a peer that answers no PING", 10_000);
  // A PING has 8 bytes and is of type 6.
  expect(Buffer.concat(received).includes(Buffer.from([0, 0, 8, 6, 0]))).toBe(true);
  const check = alive.call(healthPath("Check"));
  check.end(grpcFrame());
  expect((await check.ended).code).toBe("OK");
});

it("a connection that has reached its maximum age receives GOAWAY, and its watch goes on", async () => {
  const { address, grpc } = await startBareServer({ maxConnectionAge: 100 });
  const peer = await connectPeer(address);
  onTestFinished(() => peer.close());
  const watch = peer.call(healthPath("Watch"));
  watch.end(grpcFrame());
  const [code, , why] = await withTimeout(once(peer.session, "goaway"), "GOAWAY for the age of a connection");
  expect({ code, why: String(why) }).toEqual({ code: 0, why: "max_age" });
  await eventually(() => expect(watch.received().length).toBe(7));
  grpc.setServing(false);
  await eventually(() => expect(watch.received().length).toBe(14));
  expect(watch.isClosed()).toBe(false);
  // The connection ends with its last call.
  watch.reset();
  await eventually(() => expect(peer.isClosed()).toBe(true));
});

it("a connection without a maximum age stays open", async () => {
  const [young, ageless] = [
    await startBareServer({ maxConnectionAge: 50 }),
    await startBareServer({ maxConnectionAge: 0 }),
  ];
  const stays = await connectPeer(ageless.address);
  const goes = await connectPeer(young.address);
  onTestFinished(() => stays.close());
  await eventually(() => expect(goes.isClosed()).toBe(true));
  await stays.roundTrip();
  expect(stays.isClosed()).toBe(false);
});

it("a connection without calls may send any number of PINGs", async () => {
  const { address } = await startBareServer();
  const peer = await connectPeer(address);
  onTestFinished(() => peer.close());
  const goaways: number[] = [];
  peer.session.on("goaway", (code) => goaways.push(code));
  // Other servers of gRPC accept two, and then answer with GOAWAY (too_many_pings).
  for (let count = 0; count < 100; count++) {
    const pong = new Promise((resolve, reject) => {
      peer.session.ping((error) => (error ? reject(error) : resolve(undefined)));
    });
    await withTimeout(pong, "the response to a PING");
  }
  const check = peer.call(healthPath("Check"));
  check.end(grpcFrame());
  expect((await check.ended).code).toBe("OK");
  expect(goaways).toEqual([]);
});
