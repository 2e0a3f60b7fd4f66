import type { Problem } from "../config_error.js";
import { checkTlsFiles, describeCertificatesProblem } from "../files/key_files.js";
import type { PartialConfig } from "../schema/config_schema.js";
import { checkGatewayApps, checkServicePlaintext } from "./check_gateway_apps.js";

type Gateway = NonNullable<PartialConfig["gateway"]>;

/** Returns the problems between the values of the section `gateway`, and those of the files that it names. */
export function checkGateway(gateway: Gateway): Problem[] {
  return [
    ...(gateway.tls ? checkTlsFiles(["gateway", "tls"], gateway.tls) : []),
    ...checkService(gateway),
    ...checkGatewayApps(["gateway", "apps"], gateway.apps),
  ];
}

function checkService({ service, allowPlaintextOnNetwork }: Gateway): Problem[] {
  const { address, tls, caFile } = service ?? {};
  const problems = checkServicePlaintext(["gateway"], { address, tls, allowPlaintextOnNetwork });
  if (caFile === undefined) return problems;
  const failure =
    tls === false ? "has no effect when gateway.service.tls is false" : describeCertificatesProblem(caFile);
  if (failure !== undefined) problems.push({ path: ["gateway", "service", "caFile"], message: failure });
  return problems;
}
