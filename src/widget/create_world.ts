import type { Api } from "./api.js";
import { GatewayError } from "./api_results.js";
import { isPhone } from "./detect_phone.js";
import { invokeCallback } from "./invoke_callback.js";
import { onLifecycleChange, retryDelay } from "./lifecycle.js";
import type { ViewState } from "./machine/effects.js";
import type { SessionEvent } from "./machine/session.js";
import type { Source } from "./machine/step.js";
import { intervalOf, type ScanOptions } from "./options.js";
import { requestCodeChallenge } from "./request_code_challenge.js";
import type { Inputs, World } from "./run_machine.js";

/** Display of a session. */
export interface View {
  show(viewState: ViewState): void;
  /** Shows the connection to the gateway as working or lost. */
  setOnline(isOnline: boolean): void;
  /** Loads an image of the code, and then shows it in place of the one before. */
  loadImage(url: string): void;
  /** Covers the image of the code until another one is loaded. */
  coverImage(): void;
}

type Request = Exclude<Source, { kind: "timer" | "lifecycle" | "stream" }>;

/** Connects a machine with the browser, the gateway, the page and its view, if it has one. */
export function createWorld(api: Api, options: ScanOptions, view?: View): World<SessionEvent> {
  const { renewals = 3, customData, deviceName } = options;

  async function request(source: Request): Promise<unknown> {
    switch (source.kind) {
      case "challenge":
        return requestCodeChallenge(options);
      case "create":
        return api.create({ customData, deviceName, codeChallenge: source.codeChallenge });
      case "submitCheckCode":
        return api.submitCheckCode(source.handle, source.checkCode);
      default:
        return api[source.kind](source.handle);
    }
  }

  return {
    getContext: () => ({
      now: Date.now(),
      isVisible: !document.hidden,
      isOnline: navigator.onLine,
      canUseEventSource: typeof EventSource !== "undefined",
      isPhone: isPhone(options.device),
      intervalMs: intervalOf(options),
      renewals,
      autoExchangeUserInfo: options.autoExchangeUserInfo ?? false,
    }),
    perform(effect, { handle }) {
      switch (effect[0]) {
        case "show":
          return view?.show(effect[1]);
        case "setOnline":
          return view?.setOnline(effect[1]);
        case "loadImage":
          return view?.loadImage(effect[1]);
        case "coverImage":
          return view?.coverImage();
        case "withdraw":
          // Ignores errors, since the ticket expires by itself.
          api.withdraw(effect[1]).catch(() => {});
          return;
        case "continue":
          return handle(effect[1]);
        default: {
          const [name, ...args] = effect;
          return invokeCallback(options[name] as ((...args: unknown[]) => unknown) | undefined, ...args);
        }
      }
    },
    start(source, send) {
      const { kind } = source;
      switch (kind) {
        case "timer": {
          const { minimumMs = 0, failures } = source;
          const ms = failures === undefined ? minimumMs : Math.max(retryDelay(failures), minimumMs);
          const timer = setTimeout(() => send({ kind, source }), ms);
          return () => clearTimeout(timer);
        }
        case "lifecycle":
          return onLifecycleChange(() => send({ kind, source }));
        case "stream":
          return openStream(api, source, send);
        default: {
          let isCancelled = false;
          // The page may stop the scan in a callback of the same step, before the request.
          queueMicrotask(() => {
            if (isCancelled) return;
            request(source).then(
              (result) => send({ kind, source, result } as SessionEvent),
              (error: GatewayError) => send({ kind: "failed", source, error }),
            );
          });
          return () => {
            isCancelled = true;
          };
        }
      }
    },
  };
}

function openStream(
  { events, toPageStatus }: Api,
  source: Extract<Source, { kind: "stream" }>,
  send: Inputs<SessionEvent>["send"],
): () => void {
  const stream = events(source.handle);
  stream.addEventListener("status", ({ data }) =>
    send({ kind: "status", source, result: toPageStatus(JSON.parse(data)) }),
  );
  stream.addEventListener("problem", ({ data }) => {
    const { reason, detail } = JSON.parse(data);
    send({ kind: "failed", source, error: new GatewayError(reason, detail) });
  });
  stream.onerror = () => send({ kind: "streamLost", source });
  return () => stream.close();
}
