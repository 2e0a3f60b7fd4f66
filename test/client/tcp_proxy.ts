import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A wire in front of a server: it can be cut, or go dead without a word. */
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
    // A reset is what the test wants to see at the other end; here it means nothing.
    socket.on("error", () => {});
    onward.on("error", () => {});
    socket.pipe(onward).pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Connections that are open now. */
    open: () => clientSockets.size,
    /** Connections made so far. */
    opened: () => opened,
    /** Cuts every connection. */
    cut() {
      for (const socket of clientSockets) socket.resetAndDestroy();
    },
    /** Lets nothing through any more, and tells nobody. New connections work. */
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
