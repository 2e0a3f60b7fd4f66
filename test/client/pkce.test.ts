import { expect, test } from "vitest";
import { codeChallengeOf, createCodeVerifier, isTerminal, TicketState } from "../../src/client/index.js";
import { verifyCodeChallenge } from "../../src/domain/secrets.js";

test("the code challenge of the example in RFC 7636 is right", () => {
  expect(codeChallengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")).toBe(
    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
  );
});

test("every code verifier is new, and the service's own check matches it with its challenge", () => {
  const verifier = createCodeVerifier();
  expect(verifier).toMatch(/^[A-Za-z0-9\-_]{43}$/);
  expect(createCodeVerifier()).not.toBe(verifier);
  expect(verifyCodeChallenge(verifier, codeChallengeOf(verifier))).toBe(true);
});

test("a code verifier that RFC 7636 does not allow is rejected without being quoted", () => {
  for (const wrong of ["short", "x".repeat(129), `${"x".repeat(43)} `]) {
    expect(() => codeChallengeOf(wrong)).toThrow(TypeError);
    expect(() => codeChallengeOf(wrong)).not.toThrow(wrong);
  }
});

test("three states are terminal, and an unknown state is not", () => {
  const terminal = [...Object.values(TicketState), 3, 99].filter((state) => isTerminal(state as TicketState));
  expect(terminal).toEqual([TicketState.EXCHANGED, TicketState.CANCELLED, TicketState.EXPIRED]);
});
