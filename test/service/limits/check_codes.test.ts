import { describe, expect, it } from "vitest";
import { shop } from "../../support/tickets.js";
import {
  createLimitedService,
  expectLimit,
  type LimitedService,
  repeat,
  userNamed,
} from "./limits_fixture.js";

const wrongAddress = "198.51.100.1";

/** Creates a ticket that waits for its check code. */
async function createApproved(service: LimitedService, ipAddress: string, name: string) {
  const held = await service.create({ ipAddress });
  await service.scan(held.ticketId, userNamed(name));
  const { checkCode } = await service.authorize(held.ticketId, userNamed(name));
  const digits = checkCode?.digits ?? "";
  const wrong = digits === "000000" ? "000001" : "000000";
  const submit = (code: string, from = "") => service.tickets.submitCheckCode(shop, held.proof, code, from);
  return {
    ...held,
    right: (from?: string) => submit(digits, from),
    wrong: (from?: string) => submit(wrong, from),
  };
}

describe("wrong check codes across tickets", () => {
  it("an address that guesses in ticket after ticket is stopped before its code is compared", async () => {
    const service = createLimitedService({ checkCode: "always", limits: { wrongCheckCodesPerAddress: 6 } });
    for (const name of ["anna", "ben"]) {
      const ticket = await createApproved(service, wrongAddress, name);
      await repeat(3, () => expect(ticket.wrong()).rejects.toMatchObject({ reason: "CHECK_CODE_MISMATCH" }));
    }
    const last = await createApproved(service, wrongAddress, "carl");
    expect(await expectLimit(last.right(), "check_codes_address")).toBe(100_000);
    const elsewhere = await createApproved(service, "198.51.100.2", "dora");
    expect((await elsewhere.right()).state).toBe("AUTHORIZED");
  });

  it("the address of the request takes precedence over the one that the ticket was created for", async () => {
    const service = createLimitedService({ checkCode: "always", limits: { wrongCheckCodesPerAddress: 1 } });
    const ticket = await createApproved(service, "198.51.100.2", "anna");
    await expect(ticket.wrong(wrongAddress)).rejects.toMatchObject({ reason: "CHECK_CODE_MISMATCH" });
    await expectLimit(ticket.wrong(wrongAddress), "check_codes_address");
    expect((await ticket.right()).state).toBe("AUTHORIZED");
  });

  it("an app whose tickets are guessed from many addresses is stopped too", async () => {
    const service = createLimitedService({ checkCode: "always", limits: { wrongCheckCodesPerApp: 2 } });
    const ticket = await createApproved(service, "198.51.100.2", "anna");
    for (const from of ["192.0.2.1", "192.0.2.2"])
      await expect(ticket.wrong(from)).rejects.toMatchObject({ reason: "CHECK_CODE_MISMATCH" });
    await expectLimit(ticket.right("192.0.2.3"), "check_codes_app");
  });

  it("one user who mistypes on purpose cannot use up the codes of the app", async () => {
    const limits = { wrongCheckCodesPerApp: 18 };
    const service = createLimitedService({ checkCode: "always", limits });
    for (let index = 0; index < 10; index++) {
      const ticket = await createApproved(service, `198.51.100.${index}`, "mallory");
      await repeat(3, () => expect(ticket.wrong()).rejects.toMatchObject({ reason: "CHECK_CODE_MISMATCH" }));
    }
    const ticket = await createApproved(service, "192.0.2.1", "anna");
    await repeat(2, () => expect(ticket.wrong()).rejects.toMatchObject({ reason: "CHECK_CODE_MISMATCH" }));
    expect((await ticket.right()).state).toBe("AUTHORIZED");
    const other = await createApproved(service, "192.0.2.1", "ben");
    await expect(other.wrong()).rejects.toMatchObject({ reason: "CHECK_CODE_MISMATCH" });
    await expectLimit(other.right(), "check_codes_app");
  });

  it("right codes, and codes that are not compared, count for nothing", async () => {
    const limits = { wrongCheckCodesPerAddress: 1, wrongCheckCodesPerApp: 1 };
    const service = createLimitedService({ checkCode: "always", limits });
    for (const name of ["anna", "ben", "carl"]) {
      const ticket = await createApproved(service, wrongAddress, name);
      expect((await ticket.right()).state).toBe("AUTHORIZED");
      await expect(ticket.wrong()).rejects.toMatchObject({ reason: "CHECK_CODE_NOT_EXPECTED" });
    }
  });

  it("codes that arrive at the same time cannot pass the limit together", async () => {
    const service = createLimitedService({ checkCode: "always", limits: { wrongCheckCodesPerAddress: 2 } });
    const names = Array.from({ length: 10 }, (_, index) => `user-${index}`);
    const tickets = await Promise.all(names.map((name) => createApproved(service, wrongAddress, name)));
    const reasons = await Promise.all(
      tickets.map((ticket) => ticket.wrong().catch(({ reason }: { reason: string }) => reason)),
    );
    expect(reasons.filter((reason) => reason === "CHECK_CODE_MISMATCH")).toHaveLength(2);
    expect(reasons.filter((reason) => reason === "RATE_LIMITED")).toHaveLength(8);
  });
});
