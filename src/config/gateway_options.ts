import { isNonLoopbackTarget } from "../base/grpc_target.js";
import { checkGatewayApps, checkKnownSecrets, checkServicePlaintext } from "./checks/check_gateway_apps.js";
import { formatLines, formatPath, withoutPathsOf } from "./config_error.js";
import { gatewayOptionsSchemas } from "./schema/gateway_options_schema.js";
import { parseWithSchema } from "./schema/parse_with_schema.js";
import { parseValidPart } from "./schema/schema_tree.js";

export { gatewayDefaults } from "./schema/gateway_schema.js";

/** The server that the gateway runs in: one of fastify, a Node.js or a fetch handler of another, or its own. */
export type GatewayHost = keyof typeof gatewayOptionsSchemas;

/**
 * Checks the options with which a program creates a gateway by the schema of the configuration file, and by its rules
 * between values. A publicly known secret is accepted only for a service on loopback, as in development mode.
 *
 * @throws TypeError with all problems, one on each line, by the names of the options. Contains no value.
 */
export function checkGatewayOptions(host: GatewayHost, options: unknown): void {
  const schema = gatewayOptionsSchemas[host];
  const { problems } = parseWithSchema(schema, options, "program");
  const { service, apps, allowPlaintextOnNetwork } = parseValidPart(schema, options) ?? {};
  const { address, tls } = service ?? {};
  const contradictions = [
    ...checkGatewayApps(["apps"], apps, hasCertificate(tls)),
    ...(isNonLoopbackTarget(address) ? checkKnownSecrets(["apps"], apps) : []),
    ...checkServicePlaintext([], { address, tls, allowPlaintextOnNetwork }),
  ];
  const all = [...problems, ...withoutPathsOf(problems, contradictions)];
  if (all.length === 0) return;
  const lines = formatLines(
    all.map(({ path, message }) => ({ path: formatPath(path) || "options", message })),
  );
  throw new TypeError(`the options of the gateway are invalid\n${lines}`);
}

function hasCertificate(tls: unknown): boolean {
  return typeof tls === "function" || (typeof tls === "object" && tls !== null && "certChain" in tls);
}
