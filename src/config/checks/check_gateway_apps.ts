import { isNonLoopbackTarget } from "../../base/grpc_target.js";
import { ownCommand } from "../../base/own_command.js";
import { formatPath, type Problem } from "../config_error.js";
import { isKnownSecret } from "../known_secrets.js";
import type { PartialConfig } from "../schema/config_schema.js";
import type { Path } from "../schema/schema_tree.js";
import { checkUniqueIds } from "./check_unique_ids.js";

type Apps = NonNullable<PartialConfig["gateway"]>["apps"];

/**
 * Returns the problems between the values of a gateway's apps.
 *
 * @param hasCertificate Whether the gateway presents a certificate to the service.
 */
export function checkGatewayApps(list: Path, apps: Apps = [], hasCertificate = false): Problem[] {
  const contradictions = apps.flatMap((app, index) => {
    if (!app?.pollByTicketId || !app.fullUserInStatus) return [];
    const message =
      "must not be true together with pollByTicketId: anyone who sees the code would receive the full profile";
    return [{ path: [...list, index, "fullUserInStatus"], message }];
  });
  const withoutSecret = apps.flatMap((app, index) => {
    if (hasCertificate || !app || app.secret !== undefined) return [];
    const message = "is missing: only a gateway with a client certificate can do without it";
    return [{ path: [...list, index, "secret"], message }];
  });
  return [...checkUniqueIds(list, apps), ...contradictions, ...withoutSecret];
}

/** Checks that no secret of a gateway's apps is published in documents or examples. */
export function checkKnownSecrets(list: Path, apps: Apps = []): Problem[] {
  return apps.flatMap((app, index) => {
    if (app?.secret === undefined || !isKnownSecret(app.secret)) return [];
    const message =
      `is a publicly known secret: create one with ${ownCommand("app-secret")}, and put its digest ` +
      "into secretSha256 of the app";
    return [{ path: [...list, index, "secret"], message }];
  });
}

/** The gateway's connection to the service. */
interface ServiceConnection {
  readonly address: string | undefined;
  readonly tls: unknown;
  readonly allowPlaintextOnNetwork: boolean | undefined;
}

/**
 * Checks that the gateway calls the service in plain text on loopback only, unless that is allowed.
 *
 * @param section Path of the gateway's settings.
 */
export function checkServicePlaintext(
  section: Path,
  { address, tls, allowPlaintextOnNetwork }: ServiceConnection,
): Problem[] {
  if (tls !== false || allowPlaintextOnNetwork !== false || !isNonLoopbackTarget(address)) return [];
  const setting = formatPath([...section, "allowPlaintextOnNetwork"]);
  const message =
    `would send app secrets over the network in plain text: remove it, or set ${setting} to true where something ` +
    "else encrypts the connection";
  return [{ path: [...section, "service", "tls"], message }];
}
