import { expect } from "vitest";
import { requestIdHeader } from "../../src/base/request_id.js";
import { type Browser, eventsPath, openBrowser } from "./browser.js";
import type { TestResponse } from "./http.js";
import { gateway } from "./setup.js";

/** The single response for any ticket that is not the caller's, without the id of the request. */
export const notFound =
  '{"title":"Not Found","status":404,"detail":"there is no such ticket","reason":"TICKET_NOT_FOUND"}';

/** Returns the text of an error without the id of its request, which the header repeats and each response has. */
export function withoutRequestId({ text, headers }: TestResponse): string {
  return text.replace(`,"requestId":"${headers[requestIdHeader]}"`, "");
}

/** Calls every route that takes a handle. */
export async function everyUse(by: Browser, handle: string): Promise<readonly TestResponse[]> {
  return [
    await by.status(handle),
    await by.get(eventsPath(handle)),
    await by.withdraw(handle),
    await by.exchange(handle),
  ];
}

/** Expects that this browser cannot use the handle, and always gets the same response. */
export async function expectNotFound(by: Browser, handle: string): Promise<void> {
  for (const answer of await everyUse(by, handle))
    expect([answer.status, withoutRequestId(answer)]).toEqual([404, notFound]);
}

/** Opens a browser that has its own ticket, and so its own cookie. */
export async function attacker(): Promise<Browser> {
  const other = openBrowser(gateway.url);
  await other.create();
  return other;
}
