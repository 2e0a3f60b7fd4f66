import type {
  Metadata,
  ServerInterceptingCall,
  ServerInterceptingCallInterface,
  ServerInterceptor,
} from "@grpc/grpc-js";
import { TicketError } from "../../domain/ticket_error.js";
import type { RequestBytes } from "../messages/raw_messages.js";

/**
 * Returns an interceptor for methods that take one request: a call that sends none, or a second one, reaches its handler with a
 * request whose bytes cannot be taken, so that it is answered like any other request that cannot be decoded. grpc-js itself would
 * answer UNIMPLEMENTED, which tells clients that the method does not exist.
 *
 * @param prefix Of the paths of the methods. Others are left to grpc-js.
 */
export function requireOneRequest(prefix: string): ServerInterceptor {
  return ({ path, requestStream }, call: Call) => {
    if (!requestStream && path.startsWith(prefix)) {
      // Functions that all calls share and that find their call by `this`. Closures for each call are what is expensive here.
      call.start = start;
      call.sendStatus = sendStatus;
    }
    // The call itself and none around it, through which every answer would pass too: grpc-js uses nothing but this interface.
    return call as ServerInterceptingCall;
  };
}

interface Call extends ServerInterceptingCallInterface {
  /** Whether it has been answered, perhaps by grpc-js itself, as where a message is too large. */
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

/** Returns the call's own methods, which those above hide. */
function methodsOf(call: Call): Call {
  return Object.getPrototypeOf(call);
}

/** Holds the request back until the end of the requests shows that it is the only one. */
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
    this.handle(this.request ?? createInvalidRequest("no"));
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

function createInvalidRequest(count: "no" | "several"): RequestBytes {
  return {
    take() {
      throw new TicketError("INVALID_REQUEST", `the call has ${count} request messages and needs one`);
    },
  };
}
