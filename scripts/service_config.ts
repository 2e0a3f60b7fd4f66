// Reads a file descriptor set from standard input, and writes the gRPC service config of its services to standard
// output.
import { readFileSync } from "node:fs";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema, MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(0)));
const methods = [...registry]
  .filter((one) => one.kind === "service")
  .flatMap((service) => service.methods)
  .filter(({ idempotency }) => idempotency !== MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN);

const serviceConfig = {
  // Spreads the calls over all addresses of the name; by default the first address gets all of them.
  loadBalancingConfig: [{ round_robin: {} }],
  methodConfig: [
    {
      // Only what the proto calls idempotent: a retry of CreateTicket would create a second ticket, one of
      // ExchangeUserInfo would lose the sign-in.
      name: methods.map(({ name, parent }) => ({ service: parent.typeName, method: name })),
      retryPolicy: {
        maxAttempts: 4,
        initialBackoff: "0.1s",
        maxBackoff: "1s",
        backoffMultiplier: 2,
        // INTERNAL without a response: the connection was closed with an error, as on too many cancelled calls. The
        // service forbids the retry of its own INTERNAL errors.
        retryableStatusCodes: ["UNAVAILABLE", "INTERNAL"],
      },
    },
  ],
  // While most calls fail, retries only add to the load (gRFC A6). Each failure takes a token, each success
  // gives one back, and below half the tokens there are no retries. One stopping server among others costs far
  // less.
  retryThrottling: { maxTokens: 500, tokenRatio: 1 },
};
process.stdout.write(`${JSON.stringify(serviceConfig, undefined, 2)}\n`);
