import { isNonLoopbackTarget } from "../../base/grpc_target.js";
import type { Problem } from "../config_error.js";
import { checkTlsFiles, describeCertificatesProblem } from "../files/key_files.js";
import type { PartialConfig } from "../schema/config_schema.js";
import { checkUniqueIds } from "./check_unique_ids.js";

type Gateway = NonNullable<PartialConfig["gateway"]>;

/** Returns the problems between the values of the section `gateway`, and those of the files that it names. */
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
      "would send app secrets over the network in plain text: remove it, or set " +
      "gateway.allowPlaintextOnNetwork to true where something else encrypts the connection";
    problems.push({ path: [...path, "tls"], message });
  }
  if (caFile === undefined) return problems;
  const failure =
    tls === false ? "has no effect when gateway.service.tls is false" : describeCertificatesProblem(caFile);
  if (failure !== undefined) problems.push({ path: [...path, "caFile"], message: failure });
  return problems;
}

function checkAppOptions(apps: Gateway["apps"] = []): Problem[] {
  return apps.flatMap((app, index) => {
    if (!app?.pollByTicketId || !app.fullUserInStatus) return [];
    const message =
      "must not be true together with pollByTicketId: anyone who sees the code would receive the full profile";
    return [{ path: ["gateway", "apps", index, "fullUserInStatus"], message }];
  });
}
