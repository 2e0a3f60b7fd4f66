import { createFileRegistry, type DescMethod, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { status } from "@grpc/grpc-js";
import { connectionFailures } from "../../src/client/connection_failure.js";
import { type ErrorReason, errorReasons } from "../../src/domain/ticket_error.js";
import { statusByReason } from "../../src/server/messages/errors.js";
import { readComments } from "../proto/comments.js";
import { type Caller, callerOf, documentedErrors } from "../proto/documented_errors.js";
import { adviceByReason, type Detail } from "./advice.js";

const introduction = `<!-- Generated from the proto and scripts/reasons/advice.ts by \`npm run generate\`. Do not edit. -->

# Reasons of errors

Every error of the service has a gRPC status code, a message for people, and in the trailer \`grpc-status-details-bin\` a \`google.rpc.ErrorInfo\` with the domain
\`qrlogin.v1\` and one of these reasons. Branch on the reason. If it is missing or unknown, branch on the code:

- Reasons may be added, with a code that tells an older client what to do ([stability.md](stability.md)).
- The gRPC library and proxies return codes without a reason, such as DEADLINE_EXCEEDED, CANCELLED or UNIMPLEMENTED. A reason with another domain comes from
  somebody else, such as the gateway (\`qrlogin.gateway\`), and says nothing about the service.

The column "again?" says whether the same call can succeed later:

- **after RetryInfo**: yes, after the delay in the \`google.rpc.RetryInfo\` at the earliest. With *gRPC retries*, a client with the
  [service config](../gen/service_config.json) does so on its own if the method is idempotent. With *caller only*, the response forbids these retries, since the
  cause lasts longer than they do.
- **no**: the same call fails again. *New code*: only a new ticket, and a new scan by the user, help.

A client never repeats CreateTicket, SubmitCheckCode and ExchangeUserInfo on its own. "Make the same call" there is a decision of the caller.

"Who" names the methods, or the credential if all methods with it return the reason: *app* for the website's backend, *approver* for the phone, *administrator*.
`;

/** Returns the section about calls that reach no service. */
function connectionSection(): string {
  const rows = Object.entries(connectionFailures).map(([failure, text]) => `| \`${failure}\` | ${text} |`);
  return `## No connection

A call that reaches no gRPC service fails with a code of the gRPC library, mostly UNAVAILABLE, and without a reason. The TypeScript client names the cause in
\`connectionFailure\` of the error, and its message says what to do after "cannot reach ADDRESS:". The gateway logs the same message; its callers get only
SERVICE_UNAVAILABLE or SERVICE_REFUSED, since the address is no business of theirs. The message contains nothing that the other side has sent.

| connectionFailure | message |
|---|---|
${rows.join("\n")}

The causes are read from the text of the error, since the gRPC library for Node.js keeps nothing else. A watch
goes on trying while the code is UNAVAILABLE, and has no error then.
`;
}

/**
 * Returns the page with the table of reasons, as Markdown.
 *
 * @param descriptors A file descriptor set of the proto, with source info.
 */
export function renderReasons(descriptors: Uint8Array): string {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors));
  const commentOf = readComments(registry.files);
  const methods = [...registry].flatMap((type) => (type.kind === "service" ? type.methods : []));
  const callers = new Map(methods.map((method) => [method, callerOf(method, commentOf)]));
  const errors = new Map(
    methods.map((method) => [method, documentedErrors(method, commentOf, errorReasons)]),
  );
  const values = new Map(
    registry.getEnum("qrlogin.v1.ErrorReason")?.values.map((value) => [value.localName, value]),
  );

  const codes = [...new Set(errorReasons.map((reason) => statusByReason[reason].code))];
  const sections = codes.map((code) => {
    const rows = errorReasons.filter((reason) => statusByReason[reason].code === code).map(rowOf);
    const header = ["reason", "meaning", "who", "what to do", "again?", "details"];
    const [first, ...others] = [header, ...rows].map((cells) => `| ${cells.join(" | ")} |`);
    return [`## ${status[code]}\n`, first, "|---".repeat(header.length).concat("|"), ...others, ""].join(
      "\n",
    );
  });
  return [introduction, ...sections, connectionSection()].join("\n");

  function rowOf(reason: ErrorReason): string[] {
    const value = values.get(reason);
    if (!value) throw new Error(`the proto has no reason ${reason}`);
    // The comment begins with the code and says whether there is RetryInfo, which other columns show.
    const meaning = commentOf(value)
      .replace(/\s+/g, " ")
      .replace(/^[A-Z_]+(?:, with(?:out)? [^.]*)?\. /, "");
    const { action } = adviceByReason[reason];
    return [`\`${reason}\``, meaning, whoGets(reason), action, againOf(reason), detailsOf(reason)];
  }

  function whoGets(reason: ErrorReason): string {
    const getting = methods.filter((method) => errors.get(method)?.includes(reason));
    if (getting.length === 0) throw new Error(`no method returns ${reason} according to the proto`);
    if (getting.length === methods.length) return "all";
    const complete = (["app", "approver", "administrator"] as const).filter((caller) =>
      ofCaller(caller).every((method) => getting.includes(method)),
    );
    const others = getting.filter((method) => !complete.some((caller) => caller === callers.get(method)));
    return [...complete, ...others.map(({ name }) => `[${name}](api.md#${name.toLowerCase()})`)].join(", ");
  }

  function ofCaller(caller: Caller): DescMethod[] {
    return methods.filter((method) => callers.get(method) === caller);
  }
}

/** Codes after which the service config lets gRPC repeat an idempotent call. */
const retriedCodes: readonly status[] = [status.UNAVAILABLE, status.INTERNAL];

function againOf(reason: ErrorReason): string {
  const { code, retryAfter, forbidsRetry } = statusByReason[reason];
  if (retryAfter === undefined) return adviceByReason[reason].needsNewCode ? "no; new code" : "no";
  if (!retriedCodes.includes(code)) return "after RetryInfo";
  return forbidsRetry ? "after RetryInfo; caller only" : "after RetryInfo; gRPC retries";
}

const detailNames: Readonly<Record<Detail, string>> = {
  current_state: "`current_state`",
  attempts_left: "`attempts_left`",
  BadRequest: "BadRequest",
  QuotaFailure: "QuotaFailure",
};

function detailsOf(reason: ErrorReason): string {
  const details = (adviceByReason[reason].details ?? []).map((detail) => detailNames[detail]);
  return [...details, ...(statusByReason[reason].retryAfter === undefined ? [] : ["RetryInfo"])].join(", ");
}
