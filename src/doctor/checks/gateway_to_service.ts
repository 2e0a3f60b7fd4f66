import type { GatewayConfig } from "../../config/config.js";
import { type Check, type Finding, findingsOf } from "../finding.js";
import { explainCallFailure, type ServiceConnection, withAppClient } from "../service_connection.js";

/** Returns the check that the service accepts the secret of each app of the gateway. */
export function gatewayToServiceCheck(
  { apps, service }: Pick<GatewayConfig, "apps" | "service">,
  tls: ServiceConnection["tls"],
): Check {
  return {
    name: "gateway to service",
    run: ({ timeout }) =>
      Promise.all(apps.map((app) => checkApp({ address: service.address, tls, app }, timeout))),
  };
}

async function checkApp(connection: ServiceConnection, timeout: number): Promise<Finding> {
  const { ok, failed } = findingsOf(`gateway to service as ${connection.app.id}`);
  try {
    // Of the calls of an app, the one without parameters and effects.
    await withAppClient(connection, timeout, (client) => client.getSigningKeys());
    return ok(`${connection.address} accepts the secret of the app`);
  } catch (error) {
    const { text, ...explanation } = explainCallFailure(error);
    return failed(text, explanation);
  }
}
