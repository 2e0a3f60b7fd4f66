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
    ...checkGatewayApps(["gateway", "apps"], gateway.apps, gateway.service?.certFile !== undefined),
  ];
}

function checkService({ service, allowPlaintextOnNetwork }: Gateway): Problem[] {
  const { address, tls, caFile, certFile, keyFile } = service ?? {};
  const path = ["gateway", "service"];
  const problems = checkServicePlaintext(["gateway"], { address, tls, allowPlaintextOnNetwork });
  if (tls === false) {
    const message = "has no effect when gateway.service.tls is false";
    const unused = Object.entries({ caFile, certFile, keyFile }).filter(([, file]) => file !== undefined);
    return [...problems, ...unused.map(([key]) => ({ path: [...path, key], message }))];
  }
  const failure = caFile === undefined ? undefined : describeCertificatesProblem(caFile);
  if (failure !== undefined) problems.push({ path: [...path, "caFile"], message: failure });
  if ((certFile === undefined) !== (keyFile === undefined)) {
    problems.push({ path, message: "must have both certFile and keyFile, or neither" });
  }
  return [...problems, ...checkTlsFiles(path, { certFile, keyFile })];
}
