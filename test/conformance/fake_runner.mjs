// A runner for the tests of the player. It calls no service. It answers each call with the error that the tests expect,
// unless its argument names a fault.
import { createInterface } from "node:readline";

const [fault] = process.argv.slice(2);
const write = (line) => process.stdout.write(`${typeof line === "string" ? line : JSON.stringify(line)}\n`);
const status = { ticketId: "AAAAAAAAAAAAAAAAAAAAAA", state: "TICKET_STATE_SCANNED", revision: 2 };
const error = {
  code: "NOT_FOUND",
  reason: "TICKET_NOT_FOUND",
  rawReason: "TICKET_NOT_FOUND",
  message: "none",
};

const faults = {
  "wrong reason": (id) => write({ id, error: { ...error, reason: "TICKET_EXPIRED" } }),
  "no reason": (id) => write({ id, error: { ...error, reason: undefined } }),
  "wrong code": (id) => write({ id, error: { ...error, code: "INTERNAL" } }),
  "state in excess": (id) => write({ id, error: { ...error, currentState: "SCANNED" } }),
  "secret in the message": (id, { ticketSecret }) =>
    write({ id, error: { ...error, message: `no ${ticketSecret}` } }),
  "success instead of an error": (id) => write({ id, result: { response: { status } } }),
  silence: () => {},
  crash: () => process.exit(7),
  garbage: () => write("Listening on port 8080"),
  "result and error": (id) => write({ id, result: {}, error }),
  "another id": (id) => write({ id: id + 1_000, result: {} }),
  twice: (id) => {
    write({ id, error });
    write({ id, error });
  },
};

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { id, command, request, client } = JSON.parse(line);
    if (command !== "call") return write({ id, result: {} });
    const isFaulty =
      fault !== undefined && fault !== "no end" && (request.ticketId === "faulty" || client === "faulty");
    if (isFaulty) faults[fault](id, request);
    else write({ id, error });
  })
  .on("close", () => {
    if (fault === "no end") setInterval(() => {}, 1_000);
    if (fault === "end with 5") process.exitCode = 5;
  });
