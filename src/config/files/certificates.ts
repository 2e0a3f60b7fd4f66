import { X509Certificate } from "node:crypto";
import { formatPath, type Problem } from "../config_error.js";
import type { Path } from "../schema/schema_tree.js";
import { readTextFile } from "./read_file.js";

/** Settings that name certificates, as far as they are valid. */
interface CertificateSettings {
  readonly grpc?: { readonly tls?: CertificateFileNames | undefined } | undefined;
  readonly gateway?:
    | { readonly tls?: CertificateFileNames | undefined; readonly service?: CertificateFileNames | undefined }
    | undefined;
  readonly store?:
    | {
        readonly kind?: string | undefined;
        readonly redis?: { readonly tls?: CertificateFileNames | undefined } | undefined;
      }
    | undefined;
  readonly outgoing?: CertificateFileNames | undefined;
}

interface CertificateFileNames {
  readonly certFile?: string | undefined;
  readonly caFile?: string | undefined;
  readonly clientCaFile?: string | undefined;
}

/** File with certificates, and its period of validity. */
export interface CertificateFile {
  /** Setting that names the file, such as `grpc.tls.certFile`. */
  readonly setting: string;
  readonly path: Path;
  readonly file: string;
  /** Start of validity, in milliseconds since the Unix epoch. */
  readonly validFrom: number;
  /** End of validity, in milliseconds since the Unix epoch. */
  readonly validTo: number;
}

const pemBlock = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;

/** Returns the certificates in a PEM text, or undefined if there are none or one is invalid. */
export function parseCertificates(pem: string): readonly X509Certificate[] | undefined {
  const blocks = pem.match(pemBlock) ?? [];
  try {
    return blocks.length > 0 ? blocks.map((block) => new X509Certificate(block)) : undefined;
  } catch {
    // OpenSSL's message would not help; the caller names the file.
    return undefined;
  }
}

/** Reads the certificate files that the settings name. Skips unusable files, which other checks report. */
export function readCertificateFiles({
  grpc,
  gateway,
  store,
  outgoing,
}: CertificateSettings): readonly CertificateFile[] {
  const redis = store?.kind === "memory" ? undefined : store?.redis?.tls;
  return [
    ...readFilesOf(["grpc", "tls"], grpc?.tls),
    ...readFilesOf(["gateway", "tls"], gateway?.tls),
    ...readFilesOf(["gateway", "service"], gateway?.service),
    ...readFilesOf(["store", "redis", "tls"], redis),
    ...readFilesOf(["outgoing"], outgoing),
  ];
}

function readFilesOf(path: Path, names: CertificateFileNames = {}): CertificateFile[] {
  return (["certFile", "caFile", "clientCaFile"] as const).flatMap((key) => {
    const file = names[key];
    const text = file === undefined ? undefined : readTextFile(file);
    const kind = key === "certFile" ? "chain" : "authorities";
    const validity = text && "content" in text ? validityOf(text.content, kind) : undefined;
    if (file === undefined || !validity) return [];
    const keyPath = [...path, key];
    return [{ setting: formatPath(keyPath), path: keyPath, file, ...validity }];
  });
}

type Validity = Pick<CertificateFile, "validFrom" | "validTo">;

/**
 * Returns the validity of the certificates in a PEM text; undefined if there are none. A chain is valid while all of
 * its certificates are; a set of authorities is valid while one of them is.
 */
function validityOf(pem: string, kind: "chain" | "authorities"): Validity | undefined {
  const certificates = parseCertificates(pem);
  if (!certificates) return undefined;
  const [from, to] = kind === "chain" ? [Math.max, Math.min] : [Math.min, Math.max];
  return {
    validFrom: from(...certificates.map((one) => Date.parse(one.validFrom))),
    validTo: to(...certificates.map((one) => Date.parse(one.validTo))),
  };
}

/** Returns why a PEM text does not hold certificates that are valid at a time; undefined if it does. */
export function describeTextValidityProblem(
  pem: string,
  kind: "chain" | "authorities",
  now: number,
): string | undefined {
  const validity = validityOf(pem, kind);
  return validity
    ? describeValidityProblem(validity, now)
    : "the file must contain certificates in PEM format";
}

/**
 * Returns why a file is not valid at a time (milliseconds since the Unix epoch); undefined if it is valid.
 */
export function describeValidityProblem({ validFrom, validTo }: Validity, now: number): string | undefined {
  if (now >= validTo) return `the certificate has expired: it was valid until ${formatDate(validTo)}`;
  if (now < validFrom)
    return `the certificate is not valid yet: it becomes valid at ${formatDate(validFrom)}`;
  return undefined;
}

/**
 * Time before expiry at which a certificate is due for renewal, in milliseconds. A third of its lifetime if
 * that is shorter.
 */
const renewalWindow = 14 * 86_400_000;

/** Returns a warning that a valid certificate expires soon; undefined if it does not. */
export function describeExpiryWarning(
  { validFrom, validTo }: CertificateFile,
  now: number,
): string | undefined {
  if (validTo - now > Math.min(renewalWindow, (validTo - validFrom) / 3)) return undefined;
  return `the certificate expires soon, at ${formatDate(validTo)}: renew it`;
}

/** Returns a problem for each certificate that is not valid at a time. */
export function checkCertificateValidity(content: CertificateSettings, now: number): Problem[] {
  return readCertificateFiles(content).flatMap((file) => {
    const message = describeValidityProblem(file, now);
    return message === undefined ? [] : [{ path: file.path, message }];
  });
}

function formatDate(time: number): string {
  return new Date(time).toISOString();
}
