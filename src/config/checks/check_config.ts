import { isNonLoopbackAddress } from "../../base/address.js";
import type { Problem } from "../config_error.js";
import { developmentIssuer } from "../development_key.js";
import { checkCertificateValidity } from "../files/certificates.js";
import { checkTlsFiles, describeCertificatesProblem, describeKeySetProblem } from "../files/key_files.js";
import type { PartialConfig } from "../schema/config_schema.js";
import { formatDuration } from "../schema/values.js";
import { checkAdminSecrets } from "./check_admin_secrets.js";
import { checkAppSecrets } from "./check_app_secrets.js";
import { checkClientCertificates } from "./check_client_certificates.js";
import { checkGateway } from "./check_gateway.js";
import { checkKnownSecrets } from "./check_gateway_apps.js";
import { checkIssuers } from "./check_issuers.js";
import { checkStore } from "./check_store.js";
import { checkTokenIssuer } from "./check_token_issuer.js";
import { checkUniqueIds } from "./check_unique_ids.js";

type Pool = NonNullable<NonNullable<PartialConfig["userPools"]>[number]>;

/** Scope of the checks that go beyond each value by itself. */
export interface CheckScope {
  /** Includes everything except the section `gateway`. */
  readonly service: boolean;
  /** Requires apps and user pools. */
  readonly identities: boolean;
  readonly gateway: boolean;
  /** Accepts the public development identities. */
  readonly development: boolean;
  /**
   * Wall time at which certificates must be valid; undefined if an invalid one is acceptable, since it can be
   * served.
   */
  readonly certificatesAt: number | undefined;
}

/**
 * Returns the problems between values that are valid by themselves, and those of the files that they name.
 */
export function checkConfig(content: PartialConfig, scope: CheckScope): Problem[] {
  const { grpc, gateway } = content;
  const checkListener = scope.development ? checkLoopbackOnly : checkPlaintext;
  return [
    ...(scope.service ? [...checkListener("grpc", grpc), ...checkService(content)] : []),
    ...(scope.identities ? checkIdentitiesPresent(content) : []),
    ...(scope.service && scope.gateway ? checkAppSecrets(content) : []),
    ...(scope.gateway && !scope.development ? checkKnownSecrets(["gateway", "apps"], gateway?.apps) : []),
    ...(scope.gateway && gateway
      ? [
          ...checkListener("gateway", gateway),
          ...checkGateway(gateway),
          ...checkMetricsAddress(["gateway", "metrics"], gateway.metrics, gateway),
        ]
      : []),
    ...(scope.certificatesAt === undefined ? [] : checkCertificateValidity(content, scope.certificatesAt)),
  ];
}

function checkOutgoing({ outgoing }: PartialConfig): Problem[] {
  const message = outgoing?.caFile === undefined ? undefined : describeCertificatesProblem(outgoing.caFile);
  return message === undefined ? [] : [{ path: ["outgoing", "caFile"], message }];
}

function checkService(content: PartialConfig): Problem[] {
  const { grpc, tickets, userPools, apps, admins } = content;
  return [
    ...(grpc?.tls ? checkTlsFiles(["grpc", "tls"], grpc.tls) : []),
    ...checkOutgoing(content),
    ...checkMetricsAddress(["metrics"], content.metrics, grpc),
    ...checkStore(content),
    ...checkTtls(tickets),
    ...checkUniqueIds(["userPools"], userPools),
    ...checkUniqueIds(["apps"], apps),
    ...checkUniqueIds(["admins"], admins),
    ...checkAdminSecrets(content),
    ...checkClientCertificates(content),
    ...checkUniqueIssuerAudience(userPools),
    ...checkIssuers(content),
    ...checkIntrospection(userPools),
    ...(userPools ?? []).flatMap((pool, index) => checkUserPool(pool, index)),
    ...checkPoolReferences(content),
    ...checkTokenIssuer(content),
  ];
}

type Listener = Pick<NonNullable<PartialConfig["grpc"]>, "address" | "tls" | "allowPlaintextOnNetwork">;

function checkLoopbackOnly(name: "grpc" | "gateway", listener: Listener = {}): Problem[] {
  if (!isNonLoopbackAddress(listener.address)) return [];
  const message =
    "must be on loopback in development mode, whose identities are public; " +
    "use a configuration file to listen elsewhere";
  return [{ path: [name, "address"], message }];
}

function checkPlaintext(name: "grpc" | "gateway", listener: Listener = {}): Problem[] {
  const { address, tls, allowPlaintextOnNetwork } = listener;
  if (tls || allowPlaintextOnNetwork !== false || !isNonLoopbackAddress(address)) return [];
  const message =
    `would send secrets over the network in plain text: set ${name}.tls.certFile and ${name}.tls.keyFile, or set ` +
    `${name}.allowPlaintextOnNetwork to true where a proxy in front terminates TLS`;
  return [{ path: [name, "address"], message }];
}

/** Checks that the metrics are not served where calls or requests are. */
function checkMetricsAddress(
  path: readonly string[],
  metrics: { readonly enabled?: boolean | undefined; readonly address?: string | undefined } = {},
  { address }: Listener = {},
): Problem[] {
  if (metrics.enabled === false || address === undefined || metrics.address !== address) return [];
  if (address.endsWith(":0")) return [];
  const main = [path.length === 1 ? "grpc" : "gateway", "address"];
  const message = `is ${main.join(".")} too: metrics need a port of their own`;
  return [{ path: [...path, "address"], message, other: main }];
}

function checkTtls(tickets: PartialConfig["tickets"]): Problem[] {
  const requireOrder = (
    key: "minTtl" | "ttl",
    word: "longer" | "shorter",
    other: "minTtl" | "maxTtl",
  ): Problem[] => {
    const [value, limit] = [tickets?.[key], tickets?.[other]];
    if (value === undefined || limit === undefined) return [];
    if (word === "longer" ? value <= limit : value >= limit) return [];
    const message = `is ${formatDuration(value)}, and must not be ${word} than tickets.${other}, which is ${formatDuration(limit)}`;
    return [{ path: ["tickets", key], message, other: ["tickets", other] }];
  };
  return [
    ...requireOrder("minTtl", "longer", "maxTtl"),
    ...requireOrder("ttl", "shorter", "minTtl"),
    ...requireOrder("ttl", "longer", "maxTtl"),
  ];
}

function checkIdentitiesPresent({ userPools, apps, gateway }: PartialConfig): Problem[] {
  const isOfGateway = gateway !== undefined && userPools?.length === 0 && apps?.length === 0;
  const hint = ": this may be the file of the gateway, which is started with the command gateway";
  const message = `must have at least one entry${isOfGateway ? hint : ""}`;
  return [
    ...(userPools?.length === 0 ? [{ path: ["userPools"], message }] : []),
    ...(apps?.length === 0 ? [{ path: ["apps"], message }] : []),
  ];
}

/** Checks that issuer and audience select one pool. Otherwise a token could select several pools. */
function checkUniqueIssuerAudience(pools: PartialConfig["userPools"] = []): Problem[] {
  const owners = new Map<string, number>();
  return pools.flatMap((pool, index) => {
    const pairs = (pool?.audience ?? []).map((audience) => JSON.stringify([pool?.issuer, audience]));
    const other = pairs.map((pair) => owners.get(pair)).find((owner) => owner !== undefined);
    if (pool?.issuer === undefined) return [];
    for (const pair of pairs) owners.set(pair, owners.get(pair) ?? index);
    if (other === undefined) return [];
    const message = `shares an audience with userPools[${other}], which has the same issuer`;
    return [{ path: ["userPools", index, "audience"], message, other: ["userPools", other, "audience"] }];
  });
}

/**
 * Checks that at most one pool has an introspection endpoint. A token that is no JWT does not say whose it is. If it
 * were sent to one endpoint after the other, or to that of the scanned ticket's pool, one issuer would receive the
 * tokens of another's users.
 */
function checkIntrospection(pools: PartialConfig["userPools"] = []): Problem[] {
  const first = pools.findIndex((pool) => pool?.introspection);
  return pools.flatMap((pool, index) => {
    if (!pool?.introspection || index === first) return [];
    const message =
      `must not be set for a second user pool beside userPools[${first}]: a token that is no JWT does not name its ` +
      "issuer, so it could be sent to another one; run a service for each such pool";
    return [
      { path: ["userPools", index, "introspection"], message, other: ["userPools", first, "introspection"] },
    ];
  });
}

function checkUserPool(pool: Pool | undefined, index: number): Problem[] {
  const path = ["userPools", index];
  const problems: Problem[] = [];
  if (pool?.issuer === developmentIssuer) {
    const message = "is the issuer of the development identities, whose signing key is public";
    problems.push({ path: [...path, "issuer"], message });
  }
  const keys: { jwksUri?: unknown; jwksFile?: string | undefined; hs256Secret?: unknown } = pool?.keys ?? {};
  if (keys.jwksFile !== undefined) {
    const failure = describeKeySetProblem(keys.jwksFile);
    if (failure) problems.push({ path: [...path, "keys", "jwksFile"], message: failure });
  }
  const isShared = (pool?.algorithms ?? []).includes("HS256");
  if (isShared && (keys.jwksUri !== undefined || keys.jwksFile !== undefined)) {
    const message =
      "must not include HS256 with a JWKS, whose public keys would then be used as shared secrets";
    problems.push({ path: [...path, "algorithms"], message });
  }
  if (keys.hs256Secret !== undefined && pool?.algorithms?.some((name) => name !== "HS256")) {
    problems.push({ path: [...path, "algorithms"], message: "must be only HS256 with keys.hs256Secret" });
  }
  return problems;
}

function checkPoolReferences({ apps = [], userPools }: PartialConfig): Problem[] {
  // A pool whose id is invalid may be the intended one.
  if (!userPools || userPools.some((pool) => pool?.id === undefined)) return [];
  const ids = userPools.map((pool) => pool?.id);
  return apps.flatMap((app, index) => {
    if (app?.userPool === undefined || ids.includes(app.userPool)) return [];
    const message = ids.length > 0 ? `is not one of the user pools ${ids.join(", ")}` : "is not a user pool";
    return [{ path: ["apps", index, "userPool"], message }];
  });
}
