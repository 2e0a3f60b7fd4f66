import { requestIntrospection } from "../../auth/introspection/introspection_request.js";
import type { IntrospectionConfig, UserPoolConfig } from "../../config/config.js";
import { type Check, type CheckContext, type Finding, findingsOf } from "../finding.js";
import { explainConnectionFailure } from "../probes/describe_failure.js";
import { displayUrl, requestEndpoint } from "../probes/request_endpoint.js";

/** Token that no issuer has issued. */
const unknownToken = "qrlogin-doctor-asks-about-no-token";

/** Returns the checks of the UserInfo and introspection endpoints of a pool, as far as it has them. */
export function issuerEndpointChecks({ id, userInfoUri, introspection }: UserPoolConfig): readonly Check[] {
  const userInfoName = `UserInfo of ${id}`;
  const introspectionName = `introspection of ${id}`;
  return [
    ...(userInfoUri === undefined
      ? []
      : [
          {
            name: userInfoName,
            run: (context: CheckContext) => checkUserInfo(userInfoName, userInfoUri, context),
          },
        ]),
    ...(introspection === undefined
      ? []
      : [
          {
            name: introspectionName,
            run: (context: CheckContext) => checkIntrospection(introspectionName, introspection, context),
          },
        ]),
  ];
}

/** Requests the endpoint without a token, which it has to reject. */
async function checkUserInfo(name: string, uri: string, context: CheckContext): Promise<readonly Finding[]> {
  const { ok, warning, failed } = findingsOf(name);
  const where = displayUrl(uri);
  try {
    const { status } = await requestEndpoint("UserInfo", uri, context);
    if ([400, 401, 403].includes(status))
      return [ok(`${where} rejects a request without a token (${status})`)];
    const detail = `${where} responds with status ${status} to a request without a token; 401 is expected`;
    const remedy = "set userInfoUri to userinfo_endpoint of the issuer's discovery document";
    return [status >= 500 ? warning(detail) : failed(detail, { remedy })];
  } catch (error) {
    return [failed(`cannot reach ${where}`, explainConnectionFailure(error))];
  }
}

/** Asks about a token that the endpoint cannot know. It answers only a client that it accepts. */
async function checkIntrospection(
  name: string,
  client: IntrospectionConfig,
  { clock, timeout, outgoing }: CheckContext,
): Promise<readonly Finding[]> {
  const { ok, failed } = findingsOf(name);
  const where = displayUrl(client.uri);
  try {
    const result = await requestIntrospection(unknownToken, client, { timeout, clock, outgoing });
    if ("rejection" in result) return [ok(`${where} accepts the client and rejects an unknown token`)];
    return [
      failed(`${where} calls a token active that nobody has issued`, {
        cause: "it is a stand-in, or another endpoint",
        remedy: "set introspection.uri to introspection_endpoint of the issuer's discovery document",
      }),
    ];
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (!/^The introspection (endpoint responded|response)/.test(text))
      return [failed(`cannot reach ${where}`, explainConnectionFailure(error))];
    const remedy = text.includes("status 401")
      ? "check clientId, clientSecret and authMethod of introspection at the issuer"
      : "set introspection.uri to introspection_endpoint of the issuer's discovery document";
    return [failed(`${where} cannot be used`, { cause: text, remedy })];
  }
}
