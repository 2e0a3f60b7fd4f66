import { clientAuthority } from "./client_certificates.js";
import { temporaryFile } from "./config_files.js";
import { certificate, privateKey } from "./fixed_certificates.js";
import { appEntry } from "./server.js";
import { customers, staff } from "./tokens.js";

/** Returns the settings of a service with TLS that accepts client certificates. The files last as long as the test. */
export function mutualTlsSettings(clientCertificates: "optional" | "required" = "optional") {
  const tls = {
    certFile: temporaryFile("tls.crt", certificate),
    keyFile: temporaryFile("tls.key", privateKey),
    clientCaFile: temporaryFile("client-ca.crt", clientAuthority),
    clientCertificates,
  };
  const { secretSha256: _, ...shop } = appEntry("shop", "Shop", customers.id) as { secretSha256: unknown };
  return {
    grpc: { address: "127.0.0.1:0", tls },
    /** A shop with a certificate alone, a blog with a certificate and a secret, an intranet with a secret alone. */
    apps: [
      { ...shop, certificateNames: "spiffe://example.com/shop" },
      { ...appEntry("blog", "Blog", customers.id), certificateNames: ["Blog.Internal"] },
      appEntry("intranet", "Intranet", staff.id),
    ],
  };
}
