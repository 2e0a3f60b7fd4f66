import { type Api, type Code, GatewayError, type ScannedBy, type Status } from "./api.js";
import { follow } from "./follow.js";
import type { ScanOptions } from "./options.js";

/** What is to be seen. */
export type Scene =
  | { readonly kind: "loading" }
  | { readonly kind: "waiting"; readonly code: Code; readonly until: number }
  | { readonly kind: "scanned"; readonly code: Code; readonly by: ScannedBy; readonly until: number }
  | { readonly kind: "succeeded"; readonly by: ScannedBy | null }
  | { readonly kind: "cancelled" | "expired" }
  | { readonly kind: "failed"; readonly message: string };

/** Shows what the session says. */
export interface Stage {
  show(scene: Scene): void;
  /** Whether the gateway is reached. */
  reach(reached: boolean): void;
}

/** A sign-in: code after code until one of them is approved, or the person has had enough. */
export interface Session {
  /** A new code, for whatever reason the person wants one. */
  again(): void;
  /** The picture of the code is there, or is not. */
  pictured(loaded: boolean): void;
  stop(): void;
}

/** Pauses between tries to get a code while the gateway is away. */
const retryMs = 3_000;

export function createSession(api: Api, options: ScanOptions, stage: Stage): Session {
  const { interval = 800, renewals = 3, customData, deviceName } = options;
  let left = renewals;
  let code: Code | undefined;
  let stopFollowing = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  // What belongs to an earlier code is not wanted any more.
  let turn = 0;
  let scannedBy: ScannedBy | null = null;

  async function begin(): Promise<void> {
    const mine = leave();
    stage.show({ kind: "loading" });
    try {
      const created = await api.create({ customData, deviceName });
      if (mine !== turn) return void giveUp(created.handle);
      code = created;
      scannedBy = null;
      options.onCodeShow?.(created.handle, created.url);
      stage.show({ kind: "waiting", code: created, until: Date.now() + created.remainingMs });
      stopFollowing = follow(api, created.handle, Math.max(interval, created.minPollIntervalMs), {
        onStatus: (status) => void take(created, status),
        // The service has forgotten the ticket, in a restart say: to the person it has run out.
        onGone: () => renew(),
        onReach: stage.reach,
      });
    } catch (error) {
      if (mine !== turn) return;
      stage.reach(!(error instanceof GatewayError && error.reason === "OFFLINE"));
      if (error instanceof GatewayError && error.retryAfterMs === undefined && error.reason !== "OFFLINE") {
        options.onCodeLoadFailed?.(error.message);
        fail(error);
      } else timer = setTimeout(begin, Math.max(retryMs, (error as GatewayError).retryAfterMs ?? 0));
    }
  }

  /** Lets go of the present code. The answer names the new turn. */
  function leave(): number {
    stopFollowing();
    clearTimeout(timer);
    if (code) options.onCodeDestroyed?.(code.handle);
    code = undefined;
    return ++turn;
  }

  async function take(of: Code, status: Status): Promise<void> {
    options.onResult?.(status);
    const until = Date.now() + status.remainingMs;
    switch (status.state) {
      case "SCANNED":
        if (!scannedBy) options.onScanned?.(status.scannedBy ?? nobody);
        scannedBy = status.scannedBy ?? nobody;
        stage.show({ kind: "scanned", code: of, by: scannedBy, until });
        break;
      case "AUTHORIZED":
        await succeed(of, status);
        break;
      case "CANCELLED":
        leave();
        stage.show({ kind: "cancelled" });
        options.onCancel?.();
        break;
      case "EXPIRED":
      case "EXCHANGED":
        renew();
        break;
      default:
        break;
    }
  }

  async function succeed(of: Code, { exchangeTicket, scannedBy: by }: Status): Promise<void> {
    const mine = leave();
    if (by && !scannedBy) options.onScanned?.(by);
    try {
      let user: unknown = by;
      if (exchangeTicket === null) user = await api.complete(of.handle);
      else if (options.autoExchangeUserInfo) user = await api.exchange(of.handle);
      if (mine !== turn) return;
      stage.show({ kind: "succeeded", by });
      options.onSuccess?.(user, exchangeTicket);
    } catch (error) {
      if (mine === turn) fail(error);
    }
  }

  function renew(): void {
    leave();
    if (left-- > 0) return void begin();
    stage.show({ kind: "expired" });
    options.onExpired?.();
  }

  function fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    stage.show({ kind: "failed", message });
    options.onError?.(message, error instanceof GatewayError ? error.reason : "INTERNAL");
  }

  function giveUp(handle: string): void {
    // It expires by itself where this does not arrive.
    api.withdraw(handle).catch(() => {});
  }

  void begin();
  return {
    again() {
      if (code) giveUp(code.handle);
      left = renewals;
      options.onRetry?.();
      void begin();
    },
    pictured(loaded) {
      if (!code) return;
      if (loaded) options.onCodeLoaded?.(code.handle, code.url);
      else {
        options.onCodeLoadFailed?.("the picture cannot be loaded");
        leave();
        fail(new GatewayError("PICTURE_FAILED", "the picture cannot be loaded"));
      }
    },
    stop() {
      if (code) giveUp(code.handle);
      leave();
    },
  };
}

const nobody: ScannedBy = { nickname: "", photoUrl: "" };
