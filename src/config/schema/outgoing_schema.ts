import * as z from "zod";
import { formattedText, nonEmptyText } from "./values.js";

const proxyFormat = "must be environment, none, or the URL of a proxy, such as http://proxy.example.com:3128";

/** Returns true for the URL of an HTTP proxy, which may contain a name and a password. */
export function isProxyUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === "/" && url.search === "";
}

const exceptionFormat =
  "must be a host, a domain with a dot in front, or *, each with or without a port, such as .example.com; address ranges are not supported";

/** Host that is reached without the proxy, in the form of NO_PROXY. */
const proxyException = formattedText(exceptionFormat).regex(
  /^(\*|(\*?\.)?[\w.-]+|\[[\da-f:]+\])(:\d{1,5})?$/i,
  {
    error: exceptionFormat,
  },
);

/** Section `outgoing` as it is written. */
export interface OutgoingSettings {
  readonly proxy: string;
  readonly noProxy: readonly string[] | undefined;
  readonly caFile: string | undefined;
}

/** Section `outgoing`: how the endpoints of issuers are reached. */
export const outgoingSchema = z
  .strictObject({
    proxy: formattedText(proxyFormat)
      .refine((text) => text === "environment" || text === "none" || isProxyUrl(text), { error: proxyFormat })
      .default("environment")
      .describe(
        "Proxy of the requests to issuers: `environment` (HTTPS_PROXY and NO_PROXY), `none`, or a URL with an optional name and password.",
      ),
    noProxy: z
      .array(proxyException)
      .optional()
      .describe("Hosts that are reached without the proxy, as in NO_PROXY, which this list replaces."),
    caFile: nonEmptyText
      .optional()
      .describe("PEM file with authorities that are trusted in addition to the public ones."),
  })
  .transform((given) => ({ ...given, noProxy: given.noProxy, caFile: given.caFile }))
  .prefault({});
