import { X509Certificate } from "node:crypto";
import { formatPath, type Problem } from "../config_error.js";
import type { Path } from "../schema/schema_tree.js";
import { readTextFile } from "./read_file.js";

/** The settings that name certificates, as far as they are known. */
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
}

interface CertificateFileNames {
  readonly certFile?: string | undefined;
  readonly caFile?: string | undefined;
}

/** A file with certificates, and from when to when it can be used. */
export interface CertificateFile {
  /** The setting that names it, such as `grpc.tls.certFile`. */
  readonly setting: string;
  readonly path: Path;
  readonly file: string;
  /** Milliseconds since the Unix epoch. */
  readonly validFrom: number;
  readonly validTo: number;
}

const pemBlock = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;

/** Returns the certificates in a PEM text; undefined if there are none, or one of them is none. */
export function parseCertificates(pem: string): readonly X509Certificate[] | undefined {
  const blocks = pem.match(pemBlock) ?? [];
  try {
    return blocks.length > 0 ? blocks.map((block) => new X509Certificate(block)) : undefined;
  } catch {
    // OpenSSL's text says nothing that would help: the caller names the file.
    return undefined;
  }
}

/** Reads the certificate files that the settings name. Leaves out a file that cannot be used, which other checks report. */
export function readCertificateFiles({
  grpc,
  gateway,
  store,
}: CertificateSettings): readonly CertificateFile[] {
  const redis = store?.kind === "memory" ? undefined : store?.redis?.tls;
  return [
    ...readFilesOf(["grpc", "tls"], grpc?.tls),
    ...readFilesOf(["gateway", "tls"], gateway?.tls),
    ...readFilesOf(["gateway", "service"], gateway?.service),
    ...readFilesOf(["store", "redis", "tls"], redis),
  ];
}

function readFilesOf(path: Path, { certFile, caFile }: CertificateFileNames = {}): CertificateFile[] {
  return [
    // A chain is good while all of its certificates are, a collection of authorities while one of them is.
    ...readFileOf([...path, "certFile"], certFile, { from: Math.max, to: Math.min }),
    ...readFileOf([...path, "caFile"], caFile, { from: Math.min, to: Math.max }),
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

/** Returns what is wrong with the validity of a file at a time, in milliseconds since the Unix epoch; undefined if nothing is. */
export function describeValidityProblem(
  { validFrom, validTo }: CertificateFile,
  now: number,
): string | undefined {
  if (now >= validTo) return `the certificate has expired: it was valid until ${formatDate(validTo)}`;
  if (now < validFrom) return `the certificate is not valid yet: it will be from ${formatDate(validFrom)}`;
  return undefined;
}

/** Time before its end in which a certificate is to be renewed, in milliseconds; a third of its life where that is shorter. */
const renewalWindow = 14 * 86_400_000;

/** Returns that a valid certificate ends soon; undefined while there is time. */
export function describeExpiryWarning(
  { validFrom, validTo }: CertificateFile,
  now: number,
): string | undefined {
  if (validTo - now > Math.min(renewalWindow, (validTo - validFrom) / 3)) return undefined;
  return `the certificate expires soon, at ${formatDate(validTo)}: renew it`;
}

/** Returns a mistake for each certificate that is not valid at a time. */
export function checkCertificateValidity(content: CertificateSettings, now: number): Problem[] {
  return readCertificateFiles(content).flatMap((file) => {
    const message = describeValidityProblem(file, now);
    return message === undefined ? [] : [{ path: file.path, message }];
  });
}

function formatDate(time: number): string {
  return new Date(time).toISOString();
}
