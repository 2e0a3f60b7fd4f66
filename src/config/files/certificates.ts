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

function readFilesOf(
  path: Path,
  { certFile, caFile, clientCaFile }: CertificateFileNames = {},
): CertificateFile[] {
  return [
    // A chain is valid while all of its certificates are; a set of authorities is valid while one of them is.
    ...readFileOf([...path, "certFile"], certFile, { from: Math.max, to: Math.min }),
    ...readFileOf([...path, "caFile"], caFile, { from: Math.min, to: Math.max }),
    ...readFileOf([...path, "clientCaFile"], clientCaFile, { from: Math.min, to: Math.max }),
  ];
}

type Choose = (...times: number[]) => number;

function readFileOf(
  path: Path,
  file: string | undefined,
  choose: { from: Choose; to: Choose },
): CertificateFile[] {
  const text = file === undefined ? undefined : readTextFile(file);
  const certificates = text && "content" in text ? parseCertificates(text.content) : undefined;
  if (file === undefined || !certificates) return [];
  const validFrom = choose.from(...certificates.map((one) => Date.parse(one.validFrom)));
  const validTo = choose.to(...certificates.map((one) => Date.parse(one.validTo)));
  return [{ setting: formatPath(path), path, file, validFrom, validTo }];
}

/**
 * Returns why a file is not valid at a time (milliseconds since the Unix epoch); undefined if it is valid.
 */
export function describeValidityProblem(
  { validFrom, validTo }: CertificateFile,
  now: number,
): string | undefined {
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
