import { createSecureContext } from "node:tls";
import type { Clock } from "../../base/clock.js";
import { describeTextValidityProblem } from "../../config/files/certificates.js";
import { readTextFile } from "../../config/files/read_file.js";
import type { Commit } from "./reloadable.js";

/** Names of the files of one section with TLS. */
export interface CertificateFileNames {
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly caFile?: string | undefined;
  readonly clientCaFile?: string | undefined;
}

/** Contents of these files, as PEM. The object is the same as long as they are. */
export type CertificateTexts = { readonly [Key in keyof CertificateFileNames]?: string };

/** Certificates of one section, in memory. */
export interface CertificateSource {
  current(): CertificateTexts;
  /**
   * Reads the files again. Returns a function that applies what was read, together.
   *
   * @throws Error that names the setting, if a file cannot be read, certificate and key do not belong together, or a
   * changed certificate is not valid now.
   */
  prepare(files: CertificateFileNames): Commit;
}

/**
 * Creates the source and reads the files.
 *
 * @param section Path of the section, such as `grpc.tls`.
 * @param onChange Called when other contents have been applied. Must not throw.
 * @throws Error when a file cannot be read, or certificate and key do not belong together.
 */
export function createCertificateSource(
  section: string,
  files: CertificateFileNames,
  clock: Pick<Clock, "wallNow">,
  onChange: (texts: CertificateTexts) => void = () => {},
): CertificateSource {
  let texts = readTexts(section, files);
  requirePair(section, texts);
  return {
    current: () => texts,
    prepare(next) {
      const read = readTexts(section, next);
      const changed = keys.filter((key) => read[key] !== texts[key]);
      if (changed.length === 0) return () => {};
      requirePair(section, read);
      for (const key of changed) requireValidity(`${section}.${key}`, key, read[key], clock.wallNow());
      return () => {
        texts = read;
        onChange(read);
      };
    },
  };
}

const keys = ["certFile", "keyFile", "caFile", "clientCaFile"] as const;

function readTexts(section: string, files: CertificateFileNames): CertificateTexts {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const file = files[key];
      if (file === undefined) return [];
      const text = readTextFile(file);
      if ("failure" in text) throw new Error(`${section}.${key}: ${text.failure}`);
      return [[key, text.content]];
    }),
  );
}

/** The configuration was checked before, but the files may have changed since then. */
function requirePair(section: string, { certFile, keyFile, caFile, clientCaFile }: CertificateTexts): void {
  try {
    createSecureContext({ cert: certFile, key: keyFile, ca: clientCaFile ?? caFile });
  } catch {
    // The message of OpenSSL may be about the key.
    throw new Error(
      `${section}: the certificate, its private key and the authorities do not belong together`,
    );
  }
}

/** A certificate that had expired at the start is kept, but none is replaced by one that is not valid. */
function requireValidity(
  setting: string,
  key: (typeof keys)[number],
  text: string | undefined,
  now: number,
): void {
  if (text === undefined || key === "keyFile") return;
  const failure = describeTextValidityProblem(text, key === "certFile" ? "chain" : "authorities", now);
  if (failure !== undefined) throw new Error(`${setting}: ${failure}`);
}
