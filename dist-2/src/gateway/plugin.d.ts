import type { FastifyInstance, FastifyPluginAsync } from "fastify";
import { type Clock } from "../domain/clock.js";
import type { GatewayOptions } from "./options.js";
/**
 * The gateway as a fastify plugin, for a web backend that exists:
 *
 * ```ts
 * await server.register(qrLoginGateway, { service: { address: "127.0.0.1:50051" }, apps, handleKeys, onSignIn });
 * ```
 *
 * Adds `/qrlogin/v1/…`, the hosted product's `/api/v2/qrcode/…` and `/api/v3/…`, and `/.well-known/jwks.json`, under
 * the `prefix` of the registration if there is one. Whose forwarded addresses are believed is the server's `trustProxy` to say.
 *
 * @throws TypeError, RangeError when an option makes no sense.
 */
export declare const qrLoginGateway: FastifyPluginAsync<GatewayOptions>;
/** {@link qrLoginGateway} with time to be held by tests. Not for users. */
export declare function registerGateway(host: FastifyInstance, options: GatewayOptions, clock: Clock): Promise<void>;
