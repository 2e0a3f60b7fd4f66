import type {
  Metadata,
  ServerInterceptingCall,
  ServerInterceptingCallInterface,
  ServerInterceptor,
} from "@grpc/grpc-js";
import { TicketError } from "../../domain/ticket_error.js";
import type { RequestBytes } from "../messages/raw_messages.js";

/**
 * Returns an interceptor for methods that take one request. If a call sends no request or a second one, its
 * handler receives a request that throws when its bytes are taken. The call then fails like any other whose
 * request cannot be decoded. grpc-js itself would answer UNIMPLEMENTED, which tells clients that the method
 * does not exist.
 *
 * @param prefixes Path prefixes of the methods. Other paths are left to grpc-js.
 */
export function requireOneRequest(prefixes: readonly string[]): ServerInterceptor {
  return ({ path, requestStream }, call: Call) => {
    if (!requestStream && prefixes.some((prefix) => path.startsWith(prefix))) {
      // All calls share these functions, which find their call through `this`. Closures for each call would
      // be expensive.
      call.start = start;
      call.sendStatus = sendStatus;
    }
    // Returns the call itself, of which grpc-js uses only this interface. With a wrapper, every response would
    // take a longer way.
    return call as ServerInterceptingCall;
  };
}

interface Call extends ServerInterceptingCallInterface {
  /**
   * True once the call has been answered, possibly by grpc-js itself, for instance when a message is too
   * large.
   */
  isAnswered?: boolean;
}

type Listener = Parameters<Call["start"]>[0];

function start(this: Call, listener: Listener): void {
  methodsOf(this).start.call(this, new OneRequestListener(this, listener));
}

function sendStatus(this: Call, status: Parameters<Call["sendStatus"]>[0]): void {
  this.isAnswered = true;
  methodsOf(this).sendStatus.call(this, status);
}

/** Returns the original methods of the call, which `start` and `sendStatus` replace. */
function methodsOf(call: Call): Call {
  return Object.getPrototypeOf(call);
}

/** A listener that holds the request back until the client has ended its side, without a second request. */
class OneRequestListener implements Listener {
  private readonly call: Call;
  private readonly listener: Listener;
  private request: unknown;
  private isHandled = false;

  constructor(call: Call, listener: Listener) {
    this.call = call;
    this.listener = listener;
  }

  onReceiveMetadata(metadata: Metadata): void {
    this.listener.onReceiveMetadata(metadata);
  }

  onReceiveMessage(message: unknown): void {
    if (this.request === undefined) {
      this.request = message;
      this.call.startRead();
    } else this.handle(createInvalidRequest("several"));
  }

  onReceiveHalfClose(): void {
    this.handle(this.request ?? createInvalidRequest("none"));
  }

  onCancel(): void {
    this.listener.onCancel();
  }

  private handle(request: unknown): void {
    if (this.isHandled || this.call.isAnswered) return;
    this.isHandled = true;
    this.listener.onReceiveMessage(request);
    this.listener.onReceiveHalfClose();
  }
}

function createInvalidRequest(count: "none" | "several"): RequestBytes {
  return {
    take() {
      throw new TicketError("INVALID_REQUEST", `expected one request message, received ${count}`);
    },
  };
}
