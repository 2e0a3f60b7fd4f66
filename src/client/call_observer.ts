import { InterceptingCall, type Interceptor, status } from "@grpc/grpc-js";

/** A call that has ended, retries included. */
export interface EndedCall {
  /** Full name of the method, such as `qrlogin.v1.QrLoginService/CreateTicket`. */
  readonly method: string;
  /** Name of the gRPC code, such as `OK`. */
  readonly codeName: string;
  readonly durationMs: number;
}

/** Reports of the calls of a client. */
export interface CallObserver {
  /** Reports the end of a call. A watch is one call for each connection that it has used. Must not throw. */
  callEnded(call: EndedCall): void;
}

/** Returns an interceptor that reports each call when it ends. */
export function observeCalls(observer: CallObserver): Interceptor {
  return (options, nextCall) => {
    const startedAt = performance.now();
    return new InterceptingCall(nextCall(options), {
      start(metadata, _listener, next) {
        next(metadata, {
          onReceiveStatus(received, nextStatus) {
            observer.callEnded({
              method: options.method_definition.path.slice(1),
              codeName: status[received.code] ?? "UNKNOWN",
              durationMs: performance.now() - startedAt,
            });
            nextStatus(received);
          },
        });
      },
    });
  };
}
