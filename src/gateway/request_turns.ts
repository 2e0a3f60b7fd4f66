import type { IncomingMessage, RequestListener } from "node:http";
import type { Socket } from "node:net";
import { createTurnScheduler } from "../base/turns/turn_scheduler.js";

/** Number of requests that start in one turn of the event loop. */
const startsPerTurn = 16;

/**
 * Largest number of requests that wait on one connection for the response to an earlier one (pipelining). Browsers and
 * the usual proxies do not pipeline. One packet has room for thousands of requests, and a request may have 16 KiB of
 * headers.
 */
const maxPipelined = 4;

/**
 * Returns a listener that passes on a bounded number of requests in each turn of the event loop, with addresses taking
 * turns. In the queue, one address with thousands of connections is ahead of another one's request by at most one
 * request.
 *
 * @param addressOf Returns the key under which the sender's address is counted.
 */
export function takeTurns(
  handler: RequestListener,
  addressOf: (request: IncomingMessage) => string,
): RequestListener {
  const scheduler = createTurnScheduler(startsPerTurn);
  return (request, response) => {
    const turn = scheduler.waitForTurn(addressOf(request), {
      // Nothing reads the request yet, so it closes only if the connection does.
      onEnd: (listener) => request.once("close", () => listener("the connection was closed")),
    });
    if (!turn) return handler(request, response);
    turn.then(
      () => handler(request, response),
      () => {},
    );
  };
}

/**
 * Returns a listener that passes on the requests of a connection one after the other, each after the response to the
 * one before. Closes a connection on which too many wait. Requests that follow a response with `Connection: close` are
 * dropped (RFC 9112, section 9.6).
 */
export function limitPipelining(handler: RequestListener, onExceeded = () => {}): RequestListener {
  /** Requests that wait for an earlier response, by connection. Present while a response is outstanding. */
  const pipelines = new WeakMap<Socket, (() => void)[]>();
  return (request, response) => {
    const { socket } = request;
    // The parser still reports the other requests of the packet that it is reading.
    if (socket.destroyed) return;
    const known = pipelines.get(socket);
    const pipelined = known ?? [];
    const begin = () => {
      response.once("close", () => {
        // The connection closes. Node.js would send no further response on it, nor report that one has closed. What
        // still arrives is only counted.
        if (!socket.writable) return;
        const next = pipelined.shift();
        if (next) next();
        else pipelines.delete(socket);
      });
      handler(request, response);
    };
    if (!known) {
      pipelines.set(socket, pipelined);
      begin();
    } else if (pipelined.push(begin) > maxPipelined) {
      onExceeded();
      socket.destroy();
    }
  };
}
