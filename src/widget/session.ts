import type { Api } from "./api.js";
import { createWorld, type View } from "./create_world.js";
import { startSession, stepSession } from "./machine/session.js";
import type { ScanOptions } from "./options.js";
import { runMachine } from "./run_machine.js";

/** Sign-in that shows one code after another until a login ends it or its renewals are used up. */
export interface Session {
  /** Requests a new code. */
  restart(): void;
  /** Reports that the image of the code has loaded, or has failed to. */
  imageLoaded(isLoaded: boolean): void;
  /** Submits the check code that the user has typed. */
  submitCheckCode(checkCode: string): void;
  stop(): void;
}

export function createSession(api: Api, options: ScanOptions, view: View): Session {
  const { handle, send } = runMachine(startSession, stepSession, createWorld(api, options, view));
  return {
    restart: () => handle({ kind: "restart" }),
    imageLoaded: (isLoaded) => send({ kind: isLoaded ? "imageLoaded" : "imageFailed" }),
    submitCheckCode: (checkCode) => handle({ kind: "checkCodeTyped", checkCode }),
    stop: () => handle({ kind: "stop" }),
  };
}
