import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { rootCertificates } from "node:tls";
import { parseAddress } from "../../base/address.js";
import type { Config } from "../../config/config.js";
import {
  describeExpiryWarning,
  describeValidityProblem,
  parseCertificates,
  readCertificateFiles,
} from "../../config/files/certificates.js";
import { readTextFile } from "../../config/files/read_file.js";
import { type Check, type Finding, findingsOf } from "../finding.js";

/**
 * Returns the check of the certificates that the configuration names: validity, chain, and the names that callers use.
 * Whether key and certificate match is a check of the configuration itself.
 */
export function certificateCheck(config: Config): Check {
  return {
    name: "certificates",
    async run({ clock }) {
      const now = clock.wallNow();
      const files = readCertificateFiles(config);
      if (files.length === 0) return [findingsOf("certificates").skipped("the configuration names none")];
      return [
        ...files.map((file) => {
          const { ok, warning, failed } = findingsOf(file.setting);
          const problem = describeValidityProblem(file, now);
          if (problem !== undefined) {
            return failed(problem, { remedy: `renew ${file.file}, or correct the clock of this machine` });
          }
          const expiry = describeExpiryWarning(file, now);
          return expiry === undefined
            ? ok(`valid until ${new Date(file.validTo).toISOString()}`)
            : warning(expiry);
        }),
        ...checkServerCertificate("grpc.tls.certFile", config.grpc.tls?.certFile, callersOf(config)),
        ...checkServerCertificate("gateway.tls.certFile", config.gateway?.tls?.certFile, []),
      ];
    },
  };
}

/** Host by which callers reach a server, with the setting that names it. */
interface CallerHost {
  readonly host: string;
  readonly setting: string;
}

/** Returns the hosts by which the gateway of the same configuration reaches the service. */
function callersOf({ gateway, grpc, userPools }: Config): readonly CallerHost[] {
  const called = gateway && userPools.length > 0 ? parseAddress(gateway.service.address) : undefined;
  // Another port is another server, such as a load balancer with its own certificate.
  if (!called || called.port !== parseAddress(grpc.address)?.port) return [];
  return [{ host: called.host, setting: "gateway.service.address" }];
}

function checkServerCertificate(
  setting: string,
  file: string | undefined,
  callers: readonly CallerHost[],
): readonly Finding[] {
  const text = file === undefined ? undefined : readTextFile(file);
  const chain = text && "content" in text ? parseCertificates(text.content) : undefined;
  const [leaf] = chain ?? [];
  if (!leaf || !chain) return [];
  return [...checkChain(setting, chain), ...callers.flatMap((caller) => checkName(setting, leaf, caller))];
}

function checkName(setting: string, leaf: X509Certificate, caller: CallerHost): readonly Finding[] {
  const { host } = caller;
  const isNamed = isIP(host) === 0 ? leaf.checkHost(host) : leaf.checkIP(host);
  if (isNamed !== undefined) return [];
  return [
    findingsOf(setting).failed(`does not name ${host}, by which the gateway calls the service`, {
      cause: `its names are ${leaf.subjectAltName ?? "in no subjectAltName"}`,
      remedy: `use one of them in ${caller.setting}, or a certificate with this name`,
    }),
  ];
}

/** Returns findings about a chain that clients cannot follow to a root certificate. */
function checkChain(setting: string, chain: readonly X509Certificate[]): readonly Finding[] {
  const { warning, failed } = findingsOf(setting);
  const gap = chain.findIndex((one, index) => {
    const next = chain[index + 1];
    return next !== undefined && !one.checkIssued(next);
  });
  if (gap >= 0) {
    return [
      failed("its certificates are not in order", {
        cause: `certificate ${gap + 2} of the file has not issued certificate ${gap + 1}`,
        remedy: "put the server's own certificate first, and then each issuer after what it has issued",
      }),
    ];
  }
  const last = chain.at(-1);
  if (!last || last.checkIssued(last) || isIssuedByKnownRoot(last.issuer)) return [];
  return [
    warning("its chain ends below a root certificate that clients may know", {
      cause: "an intermediate certificate is missing in the file, or the authority is your own",
      remedy:
        "use the file with the whole chain (fullchain.pem), or give callers the authority's certificate (caFile)",
    }),
  ];
}

let knownRootSubjects: ReadonlySet<string> | undefined;

/** Reports whether a publicly trusted authority has this name. */
function isIssuedByKnownRoot(issuer: string): boolean {
  knownRootSubjects ??= new Set(
    (parseCertificates(rootCertificates.join("\n")) ?? []).map(({ subject }) => subject),
  );
  return knownRootSubjects.has(issuer);
}
