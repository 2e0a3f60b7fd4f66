import type { OutgoingConfig } from "./config.js";
import type { ReportedProblem } from "./config_error.js";
import type { Environment } from "./environment.js";
import { isProxyUrl, type OutgoingSettings } from "./schema/outgoing_schema.js";

/** Variables of the proxy for https, in the order in which they apply. curl and others agree on these names. */
const proxyVariables = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] as const;

/** Returns the section with the values of the variables that many programs read. */
export function resolveOutgoing(
  { proxy, noProxy, caFile }: OutgoingSettings,
  env: Environment,
): { readonly outgoing: OutgoingConfig; readonly problems: readonly ReportedProblem[] } {
  const exceptions = noProxy ?? (env.no_proxy ?? env.NO_PROXY ?? "").split(/[\s,]+/).filter(Boolean);
  const toConfig = (url: string | undefined) => ({ proxy: url, noProxy: exceptions, caFile });
  if (proxy !== "environment") {
    return { outgoing: toConfig(proxy === "none" ? undefined : proxy), problems: [] };
  }
  const variable = proxyVariables.find((name) => env[name]);
  const text = variable && env[variable];
  if (!variable || !text) return { outgoing: toConfig(undefined), problems: [] };
  // Many programs accept a proxy without a scheme.
  const url = text.includes("://") ? text : `http://${text}`;
  if (isProxyUrl(url)) return { outgoing: toConfig(url), problems: [] };
  const message = "must be the URL of an HTTP proxy; set outgoing.proxy to none to ignore it";
  return { outgoing: toConfig(undefined), problems: [{ path: variable, message }] };
}
