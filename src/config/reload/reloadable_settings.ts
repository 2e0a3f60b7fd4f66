/**
 * Settings that a reload applies, each with everything in it. All others need a restart. docs/configuration.md has the
 * same list.
 */
export const reloadableSettings: readonly (readonly string[])[] = [
  ["log", "level"],
  ["policy"],
  ["userPools"],
  ["apps"],
  ["admins"],
  ["tokenIssuer"],
  ["grpc", "tls", "certFile"],
  ["grpc", "tls", "keyFile"],
  ["grpc", "tls", "clientCaFile"],
  ["gateway", "tls", "certFile"],
  ["gateway", "tls", "keyFile"],
  ["gateway", "service", "caFile"],
  ["gateway", "service", "certFile"],
  ["gateway", "service", "keyFile"],
  ["store", "redis", "tls", "caFile"],
  ["store", "redis", "tls", "certFile"],
  ["store", "redis", "tls", "keyFile"],
  ["store", "redis", "username"],
  ["store", "redis", "password"],
  ["store", "redis", "sentinel", "username"],
  ["store", "redis", "sentinel", "password"],
  ["gateway", "apps"],
  ["gateway", "handleKeys"],
  ["outgoing"],
];
