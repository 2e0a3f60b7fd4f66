import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check, type Level, type Verdict } from "./checker.js";
import { type Entry, startHistory } from "./history.js";

type Rest = Partial<Entry>;

/** Returns a successful call between two moments in seconds. */
export const okCall = (op: Entry["op"], start: number, end: number, rest: Rest = {}): Entry =>
  entry(op, start, { end: end * 1e9, code: "OK", ...rest });

/** Returns a call that the state of the ticket rejected. */
export function rejectedCall(
  op: Entry["op"],
  start: number,
  end: number,
  reason: string,
  rest: Rest = {},
): Entry {
  const code = reason === "TICKET_NOT_FOUND" ? "NOT_FOUND" : "FAILED_PRECONDITION";
  return entry(op, start, { end: end * 1e9, code, reason, ...rest });
}

/** Returns a call with an unknown outcome. */
export const unansweredCall = (op: Entry["op"], start: number, rest: Rest = {}): Entry =>
  entry(op, start, rest);

/** Returns a read of a status, with the usual revision of the state. */
export function readStatus(state: string, start: number, end: number, rest: Rest = {}): Entry {
  const revision = ["PENDING", "SCANNED", "AUTHORIZED", "EXCHANGED"].indexOf(state) + 1 || undefined;
  return okCall("GetStatus", start, end, { state, revision, ...rest });
}

/** Returns the end of a watcher that stayed to the end. */
export const endedWatch = (state: string, revision: number, rest: Rest = {}): Entry =>
  entry("WatchEnded", 90, { end: 91e9, code: "OK", state, revision, ...rest });

/** Returns a fault of the store. */
export const injectedFault = (start: number, end: number, effect: Entry["effect"]): Entry =>
  entry("Fault", start, { end: end * 1e9, effect, kind: "a fault", ticket: undefined });

function entry(op: Entry["op"], start: number, rest: Rest): Entry {
  const byPhone = op === "MarkScanned" || op === "Authorize" || op === "Cancel";
  const caller = byPhone ? "alice" : "app";
  return { op, ticket: "a-ticket", caller, process: `${op} ${caller} ${start}`, start: start * 1e9, ...rest };
}

/** The calls of alice's login, one per second. */
export const createCall = okCall("CreateTicket", 1, 1.5);
export const scanCall = okCall("MarkScanned", 2, 2.5, { state: "SCANNED", revision: 2 });
export const approveCall = okCall("Authorize", 3, 3.5, { state: "AUTHORIZED", revision: 3 });
export const exchangeCall = okCall("ExchangeUserInfo", 4, 4.5, { user: "alice" });

/** Returns the first calls of alice's login. */
export const loginOf = (calls: number): Entry[] =>
  [createCall, scanCall, approveCall, exchangeCall].slice(0, calls);

/** Runs the checker on these entries. */
export async function verdictOf(entries: readonly Entry[], level: Level = "durable"): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-history-"));
  try {
    const history = startHistory(join(folder, "history.jsonl"));
    for (const one of entries) history.add(one);
    await history.close();
    return await check(history.path, level);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns the rules that these entries break. */
export async function brokenRules(entries: readonly Entry[], level?: Level): Promise<string[]> {
  const { violations } = await verdictOf(entries, level);
  return [...new Set(violations.map(({ rule }) => rule))].sort();
}
