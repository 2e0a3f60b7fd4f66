import { X509Certificate } from "node:crypto";
import { formatAddress, isLoopbackHost, parseAddress } from "../base/address.js";
import type { GatewayConfig } from "../config/config.js";
import { readTextFile } from "../config/files/read_file.js";
import type { GatewayEndpoint } from "./probes/gateway_page.js";
import { reachableHost } from "./probes/probe_grpc_port.js";

/**
 * Returns the gateway of a configuration on this machine, with the certificate of its file: the certificate names
 * public hosts. Returns undefined if the system chooses the port, if the file cannot be read, and for a gateway that
 * has no TLS on an address of the network: it rejects pages of plain http there.
 */
export function localEndpointOf({ address: text, tls }: GatewayConfig): GatewayEndpoint | undefined {
  const address = parseAddress(text);
  if (!address || address.port === 0) return undefined;
  const target = formatAddress({ ...address, host: reachableHost(address.host) });
  if (!tls) return isLoopbackHost(reachableHost(address.host)) ? { url: `http://${target}` } : undefined;
  const fingerprint = fingerprintOf(tls.certFile);
  return fingerprint === undefined ? undefined : { url: `https://${target}`, fingerprint };
}

function fingerprintOf(file: string): string | undefined {
  const text = readTextFile(file);
  return "content" in text ? new X509Certificate(text.content).fingerprint256 : undefined;
}
