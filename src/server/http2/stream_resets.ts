import type { Server } from "@grpc/grpc-js";
import type { GrpcLimitsConfig } from "../../config/config.js";

/**
 * Sets how many streams a client may reset on one connection of the server: every stream that it may have open,
 * and `streamResetRate` more per second. Beyond that, Node.js closes the connection with GOAWAY, and all calls on
 * it fail. To be called before the server is bound.
 *
 * A cancelled call is a reset, so the limit must admit every client that respects the others. The default of
 * Node.js, 1,000 resets and then 33 per second, does not: a gateway cancels a watch for each page that is left.
 * Without a limit, a client could open and reset streams without end (CVE-2023-44487), as a stream that has been
 * reset no longer counts as concurrent.
 *
 * Node.js before 22.10 ignores these options and keeps its default.
 */
export function limitStreamResets(
  server: Server,
  {
    streamsPerConnection,
    streamResetRate,
  }: Pick<GrpcLimitsConfig, "streamsPerConnection" | "streamResetRate">,
): void {
  // grpc-js has no option for it, but passes this object to `node:http2`. With the bracket notation, the compiler
  // still checks that the private member exists.
  // biome-ignore lint/complexity/useLiteralKeys: a private member is reachable by brackets alone.
  Object.assign(server["commonServerOptions"], {
    streamResetBurst: streamsPerConnection + streamResetRate,
    streamResetRate,
  });
}
