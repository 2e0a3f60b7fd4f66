import * as z from "zod";
import { formattedText, isDecodable, nonEmptyText } from "./values.js";

const proxyFormat = "must be environment, none, or the URL of a proxy, such as http://proxy.example.com:3128";

/** Returns true for the URL of an HTTP proxy, which may contain a name and a password. */
export function isProxyUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, search, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && pathname === "/" && search === "" && isDecodable(username + password);
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
      .meta({ limits: "`environment`, `none`, or a URL" })
      .refine((text) => text === "environment" || text === "none" || isProxyUrl(text), { error: proxyFormat })
      .default("environment")
      .describe(
        "[Proxy](outgoing-calls.md#proxy) of the requests to issuers: that of HTTPS_PROXY and NO_PROXY (`environment`), " +
          "none, or a URL, which may contain a name and a password.",
      ),
    noProxy: z.array(proxyException).optional().meta({
      description: "Hosts that are reached without the proxy.",
      limits: "hosts, `.domain`, `*`, each with or without a port",
      preset: "that of NO_PROXY",
    }),
    caFile: nonEmptyText
      .optional()
      .describe(
        "Authorities that are trusted in addition to the public ones, for issuers and for the proxy.",
      ),
  })
  .transform((given) => ({ ...given, noProxy: given.noProxy, caFile: given.caFile }))
  .prefault({});
