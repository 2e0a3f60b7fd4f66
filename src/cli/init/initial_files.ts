import { sha256Hex } from "../../domain/secrets.js";

/** Kinds of installation, from the smallest. */
export const installations = ["single", "redis", "company"] as const;

/** Kind of installation: one node, several nodes with Redis, or what a company adds to that. */
export type Installation = (typeof installations)[number];

/** Fresh secrets of an installation, each of 256 random bits as base64url. */
export interface InitialSecrets {
  readonly app: string;
  readonly handleKey: string;
  readonly admin: string;
}

/** Names of the files that an installation consists of. */
export const fileNames = {
  service: "qrlogin.yaml",
  gateway: "gateway.yaml",
  signingKey: "token-1.pem",
  /** The secrets of the gateway, which only a company has in files of their own. */
  appSecret: "shop-secret",
  handleKeys: "handle-keys",
} as const;

const editorLine =
  "# yaml-language-server: $schema=https://raw.githubusercontent.com/qrlogin/qrlogin/main/gen/config.schema.json";

/**
 * Returns the configuration of the service.
 *
 * @param pathOf Returns the path of one of {@link fileNames}: that of the signing key, which only a company has.
 */
export function renderServiceFile(
  kind: Installation,
  secrets: InitialSecrets,
  pathOf: (name: string) => string,
): string {
  return joinSections([
    `${editorLine}
# Configuration of the service: qrlogin serve --config ${fileNames.service}
# Change what is marked CHANGE. Everything that is left out has its default: docs/configuration.md.`,
    `grpc:
  address: 127.0.0.1:50051         # CHANGE to 0.0.0.0:50051, or [::]:50051 for IPv6, when TLS is set
  # tls:                           # needed beyond loopback, unless a proxy in front terminates TLS
  #   certFile: /etc/qrlogin/tls.crt
  #   keyFile: /etc/qrlogin/tls.key`,
    kind === "company" ? companyLog : undefined,
    renderStore(kind),
    kind === "company" ? companyPolicy : undefined,
    `userPools:                         # the users who may approve, and how their tokens are verified
  - id: customers
    issuer: https://id.example.com/    # CHANGE: exactly the claim iss of your users' tokens
    audience: mobile-app               # CHANGE: the claim aud of the tokens that your mobile app sends
    keys:
      jwksUri: https://id.example.com/jwks.json   # CHANGE: jwks_uri of the issuer's discovery document`,
    `apps:                              # the websites that people sign in to
  - id: shop
    name: Shop                         # CHANGE: the name that people see on the phone
    userPool: customers
    secretSha256:                      # the digest of the secret in ${kind === "company" ? fileNames.appSecret : fileNames.gateway}
      - ${sha256Hex(secrets.app)}`,
    kind === "company" ? renderCompanySections(secrets, pathOf(fileNames.signingKey)) : undefined,
  ]);
}

/**
 * Returns the configuration of the gateway for browsers.
 *
 * @param pathOf Returns the path of one of {@link fileNames}: those of the secrets, which only a company has.
 */
export function renderGatewayFile(
  kind: Installation,
  { app, handleKey }: Pick<InitialSecrets, "app" | "handleKey">,
  pathOf: (name: string) => string,
): string {
  const inFiles = kind === "company";
  return joinSections([
    `${editorLine}
# Configuration of the gateway: qrlogin gateway --config ${fileNames.gateway}
${inFiles ? "# Its secrets are in files, which it reads again when they change: docs/secrets.md." : "# It holds secrets, so only the gateway's user may read it."}`,
    kind === "company" ? companyLog : undefined,
    `gateway:
  address: 127.0.0.1:8080          # CHANGE to 0.0.0.0:8443 when TLS is set, or let a proxy pass requests on
  # tls:
  #   certFile: /etc/qrlogin/gateway.crt
  #   keyFile: /etc/qrlogin/gateway.key
  service:
    address: 127.0.0.1:50051       # where the service listens; beyond loopback it is called over TLS
    # caFile: /etc/qrlogin/ca.crt  # if the service's certificate is from an authority of your own; turns TLS on
  apps:
    - id: shop
      ${inFiles ? `secretFile: ${JSON.stringify(pathOf(fileNames.appSecret))}` : `secret: ${app}`}
      # origins: [https://shop.example.com]   # other origins whose pages may call
  ${
    inFiles
      ? `handleKeysFile: ${JSON.stringify(pathOf(fileNames.handleKeys))}   # the same at every gateway; one key on each line`
      : `handleKeys:                      # the same at every gateway; the first encrypts, all decrypt\n    - ${handleKey}`
  }
  # trustedProxies: [10.20.0.5]    # the proxies in front, whose forwarded headers are believed`,
  ]);
}

function renderStore(kind: Installation): string {
  if (kind === "single") {
    return "store:\n  kind: memory                     # a restart ends the sign-ins in progress; several nodes need redis";
  }
  return `store:
  kind: redis
  redis:                           # see docs/redis.md
    url: redis://127.0.0.1:6379    # CHANGE: rediss://HOST:PORT is TLS. Sentinel and Cluster: docs/redis.md
    # username: qrlogin
    # passwordFile: /etc/qrlogin/redis-password   # see docs/secrets.md
    # replicaAcks: 1               # CHANGE: the number of replicas
    # requireDurable: true         # refuse to start where a crash could lose a confirmed sign-in`;
}

const companyLog = "log:\n  time: iso\n  levels: name";

const companyPolicy = `policy:
  checkCode: { mode: "off" }         # always: against codes that a stranger sends; see docs/check-code.md first
  # qrRotation: { interval: 10s }    # see docs/changing-codes.md`;

function renderCompanySections({ admin }: InitialSecrets, signingKeyFile: string): string {
  return `admins:                            # may disable sign-ins: qrlogin sign-ins
  - id: ops
    secretSha256: ${sha256Hex(admin)}

tokenIssuer:                       # tokens for apps about who has signed in
  issuer: https://qr.example.com   # CHANGE: the claim iss of these tokens
  keys:
    - file: ${JSON.stringify(signingKeyFile)}`;
}

function joinSections(sections: readonly (string | undefined)[]): string {
  return `${sections.filter((section) => section !== undefined).join("\n\n")}\n`;
}
