import type { CallObserver } from "../client/index.js";
import { type LimitObserver, silentLimitObserver } from "./access/limit_observer.js";
import type { RequestObserver } from "./http/request_observer.js";
import { silentTicketObserver, type TicketObserver } from "./tickets/ticket_observer.js";

/** Reports of connections. A gateway in the server of a site has none of its own. */
interface ConnectionObserver {
  connectionOpened(): void;
  connectionClosed(): void;
}

/** Reports of the work of a gateway, for metrics. The functions are called often: they must be fast and not throw. */
export interface GatewayObserver
  extends RequestObserver,
    LimitObserver,
    TicketObserver,
    ConnectionObserver,
    CallObserver {}

const ignore = () => {};

/** Returns the observer with functions for the reports that it does not receive. Undefined if there is none. */
export function completeObserver(
  observer: Partial<GatewayObserver> | undefined,
): GatewayObserver | undefined {
  return observer && { ...silentObserver, ...observer };
}

/** An observer that ignores all reports. */
export const silentObserver: GatewayObserver = {
  routeAdded: ignore,
  requestStarted: ignore,
  requestEnded: ignore,
  streamStarted: ignore,
  streamEnded: ignore,
  ...silentLimitObserver,
  ...silentTicketObserver,
  connectionOpened: ignore,
  connectionClosed: ignore,
  callEnded: ignore,
};
