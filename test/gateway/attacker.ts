import { expect } from "vitest";
import { type Browser, eventsPath, openBrowser } from "./browser.js";
import type { TestResponse } from "./http.js";
import { gateway } from "./setup.js";

/** The one answer about whatever is not the caller's ticket. */
export const notFound =
  '{"title":"Not Found","status":404,"detail":"there is no such ticket","reason":"TICKET_NOT_FOUND"}';

/** Everything that the gateway does with a handle. */
export async function everyUse(by: Browser, handle: string): Promise<readonly TestResponse[]> {
  return [
    await by.status(handle),
    await by.get(eventsPath(handle)),
    await by.withdraw(handle),
    await by.exchange(handle),
  ];
}

/** Expects that the handle is of no use to this browser, with the one answer. */
export async function expectNotFound(by: Browser, handle: string): Promise<void> {
  for (const answer of await everyUse(by, handle))
    expect([answer.status, answer.text]).toEqual([404, notFound]);
}

/** A browser that has a ticket, and so a cookie, of its own. */
export async function attacker(): Promise<Browser> {
  const other = openBrowser(gateway.url);
  await other.create();
  return other;
}
