import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** Starts a TCP proxy in front of a server. It can cut its connections or silently stop forwarding. */
export async function startTcpProxy(port: number) {
  const clientSockets = new Set<Socket>();
  const serverSockets = new Set<Socket>();
  let opened = 0;
  const server = createServer((socket) => {
    opened += 1;
    const onward = connect(port, "127.0.0.1");
    clientSockets.add(socket);
    serverSockets.add(onward);
    socket.on("close", () => {
      clientSockets.delete(socket);
      onward.destroy();
    });
    onward.on("close", () => {
      serverSockets.delete(onward);
      socket.destroy();
    });
    // The test observes resets at the other end.
    socket.on("error", () => {});
    onward.on("error", () => {});
    socket.pipe(onward).pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Returns the number of connections that are open now. */
    open: () => clientSockets.size,
    /** Returns the number of connections made so far. */
    opened: () => opened,
    /** Resets every connection. */
    cut() {
      for (const socket of clientSockets) socket.resetAndDestroy();
    },
    /** Stops forwarding on the present connections without closing them. New connections work. */
    deaden() {
      for (const socket of [...clientSockets, ...serverSockets]) {
        socket.unpipe();
        socket.pause();
      }
    },
    stop() {
      for (const socket of [...clientSockets, ...serverSockets]) socket.destroy();
      server.close();
    },
  };
}
