import { isNonLoopbackTarget } from "../../base/grpc_target.js";
import type { Problem } from "../config_error.js";
import { checkTlsFiles, describeCertificatesProblem } from "../files/key_files.js";
import type { PartialConfig } from "../schema/config_schema.js";
import { checkUniqueIds } from "./check_unique_ids.js";

type Gateway = NonNullable<PartialConfig["gateway"]>;

/** What is wrong between the values of the section `gateway`, and with the files that it names. */
export function checkGateway(gateway: Gateway): Problem[] {
  return [
    ...(gateway.tls ? checkTlsFiles(["gateway", "tls"], gateway.tls) : []),
    ...checkService(gateway),
    ...checkUniqueIds(["gateway", "apps"], gateway.apps),
    ...checkAppOptions(gateway.apps),
  ];
}

function checkService({ service, allowPlaintextOnNetwork }: Gateway): Problem[] {
  const { address, tls, caFile } = service ?? {};
  const path = ["gateway", "service"];
  const problems: Problem[] = [];
  if (tls === false && allowPlaintextOnNetwork === false && isNonLoopbackTarget(address)) {
    const message =
      "would send the secrets of the apps over the network as plain text: leave it out, or set " +
      "gateway.allowPlaintextOnNetwork to true where something else encrypts the way";
    problems.push({ path: [...path, "tls"], message });
  }
  if (caFile === undefined) return problems;
  const failure =
    tls === false ? "means nothing where gateway.service.tls is false" : describeCertificatesProblem(caFile);
  if (failure !== undefined) problems.push({ path: [...path, "caFile"], message: failure });
  return problems;
}

function checkAppOptions(apps: Gateway["apps"] = []): Problem[] {
  return apps.flatMap((app, index) => {
    if (!app?.pollByTicketId || !app.fullUserInStatus) return [];
    const message =
      "must not be true with pollByTicketId: whoever sees the code would be told the whole user";
    return [{ path: ["gateway", "apps", index, "fullUserInStatus"], message }];
  });
}
