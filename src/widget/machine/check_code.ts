import type { GatewayError, PageStatus } from "../api_results.js";
import type { Context } from "./step.js";
import { type CheckCodeEntry, type Watching, type WatchStep, withEntry } from "./watching.js";

/** Asks the user for the check code, and asks again after a wrong one. */
export function requestCheckCode(state: Watching, status: PageStatus, context: Context): WatchStep {
  const { checkCode, scannedBy, remainingMs } = status;
  if (!checkCode) return [state];
  const shown = state.entry?.view;
  // The status reports a wrong code even if the response to its submission was lost.
  const isWrong = shown !== undefined && checkCode.attemptsLeft < shown.attemptsLeft;
  const [next, ...effects]: WatchStep =
    shown && !isWrong
      ? [state]
      : enter(state, {
          view: {
            kind: "checkCode",
            ...checkCode,
            scannedBy: scannedBy ?? { nickname: "", photoUrl: "" },
            until: context.now + remainingMs,
            isSubmitting: false,
            problem: isWrong ? "wrong" : undefined,
          },
        });
  return [next, ...effects, ["onCheckCode", checkCode]];
}

/** Submits a check code, unless one is being checked. */
export function submitCheckCode(state: Watching, checkCode: string): WatchStep {
  const { entry, handle } = state;
  if (!entry || entry.view.isSubmitting) return [state];
  return enter(state, {
    view: { ...entry.view, isSubmitting: true, problem: undefined },
    submission: { kind: "submitCheckCode", handle, checkCode },
  });
}

/** Lets the user type again, after a submission that failed. A code that could not be checked stays in the form. */
export function retryCheckCode(state: Watching, { attemptsLeft }: GatewayError): WatchStep {
  if (!state.entry) return [state];
  const { view } = state.entry;
  return enter(state, {
    view:
      attemptsLeft === undefined
        ? { ...view, isSubmitting: false, problem: "notChecked" }
        : { ...view, isSubmitting: false, problem: "wrong", attemptsLeft },
  });
}

const enter = (state: Watching, entry: CheckCodeEntry): WatchStep => [
  withEntry(state, entry),
  ["show", entry.view],
];
