import { isLoopbackUrl, isNonLoopbackAddress } from "../../base/address.js";
import type { Problem } from "../config_error.js";
import { checkTlsFiles, describeCertificatesProblem } from "../files/key_files.js";
import { isDocumentedSecret } from "../known_secrets.js";
import type { PartialConfig } from "../schema/config_schema.js";
import { parseUrl } from "../schema/values.js";

type Redis = NonNullable<NonNullable<PartialConfig["store"]>["redis"]>;

const path = ["store", "redis"];

/** Returns the problems between the values of the section `store`, and those of the files that it names. */
export function checkStore({ store }: PartialConfig): Problem[] {
  if (!store?.redis || store.kind === "memory") return [];
  return [
    ...checkPlaintext(store.redis),
    ...checkTlsSection(store.redis),
    ...checkCredentials(store.redis),
    ...checkPasswords(store.redis),
    ...checkReplicas(store.redis),
  ];
}

function checkPlaintext({ url, sentinel, cluster, tls, allowPlaintextOnNetwork }: Redis): Problem[] {
  if (tls || allowPlaintextOnNetwork !== false) return [];
  const message =
    "would send user profiles over the network in plain text: turn on TLS (rediss:// or store.redis.tls), or " +
    "set store.redis.allowPlaintextOnNetwork to true where something else encrypts the connection";
  const servers = { url, sentinel: sentinel?.nodes, cluster: cluster?.nodes };
  return Object.entries(servers).flatMap(([key, value]) => {
    const exposed =
      typeof value === "string" ? isPlaintextUrlOffLoopback(value) : value?.some(isNonLoopbackAddress);
    return exposed ? [{ path: [...path, key], message }] : [];
  });
}

function isPlaintextUrlOffLoopback(text: string): boolean {
  const url = parseUrl(text);
  return url?.protocol === "redis:" && !isLoopbackUrl(url);
}

function checkTlsSection({ url, tls }: Redis): Problem[] {
  if (!tls) return [];
  const problems: Problem[] = [];
  if (url?.startsWith("redis:")) {
    problems.push({
      path: [...path, "url"],
      message: "must begin with rediss:// when store.redis.tls is set",
    });
  }
  const failure = tls.caFile === undefined ? undefined : describeCertificatesProblem(tls.caFile);
  if (failure) problems.push({ path: [...path, "tls", "caFile"], message: failure });
  if ((tls.certFile === undefined) !== (tls.keyFile === undefined)) {
    problems.push({ path: [...path, "tls"], message: "must have both certFile and keyFile, or neither" });
  }
  return [...problems, ...checkTlsFiles([...path, "tls"], tls)];
}

function checkCredentials({ url, sentinel, username, password }: Redis): Problem[] {
  const problems: Problem[] = [];
  const inUrl = parseUrl(url ?? "");
  if (inUrl && (inUrl.username || inUrl.password) && (username !== undefined || password !== undefined)) {
    const message = "must not have a user name or password if store.redis.username or password is set";
    problems.push({ path: [...path, "url"], message });
  }
  if (username !== undefined && password === undefined) {
    problems.push({
      path: [...path, "password"],
      message: "is missing: store.redis.username needs a password",
    });
  }
  if (sentinel?.username !== undefined && sentinel.password === undefined) {
    const message = "is missing: store.redis.sentinel.username needs a password";
    problems.push({ path: [...path, "sentinel", "password"], message });
  }
  if (inUrl?.username && !inUrl.password) {
    problems.push({ path: [...path, "url"], message: "must have a password if it has a user name" });
  }
  return problems;
}

/** Checks that no password is that of the documents. It may be a simple one: some servers are only on loopback. */
function checkPasswords({ password, sentinel }: Redis): Problem[] {
  const message = "is in the documentation, which is public: create one with openssl rand -hex 32";
  return [
    { path: [...path, "password"], text: password },
    { path: [...path, "sentinel", "password"], text: sentinel?.password },
  ].flatMap(({ path, text }) => (text !== undefined && isDocumentedSecret(text) ? [{ path, message }] : []));
}

function checkReplicas({ replicaAcks, replicaFsync }: Redis): Problem[] {
  if (!replicaFsync || (replicaAcks ?? 0) > 0) return [];
  return [
    { path: [...path, "replicaAcks"], message: "must be at least 1 when store.redis.replicaFsync is true" },
  ];
}
