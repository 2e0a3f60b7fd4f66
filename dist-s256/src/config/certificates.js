import { X509Certificate } from "node:crypto";
import { readText } from "./file.js";
import { pathText } from "./problems.js";
const pemBlock = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;
/** Returns the certificates in a PEM text; undefined if there are none, or one of them is none. */
export function certificatesIn(pem) {
    const blocks = pem.match(pemBlock) ?? [];
    try {
        return blocks.length > 0 ? blocks.map((block) => new X509Certificate(block)) : undefined;
    }
    catch {
        // OpenSSL's text says nothing that would help: the caller names the file.
        return undefined;
    }
}
/** Reads the certificate files that the settings name. Leaves out a file that cannot be used, which other checks report. */
export function certificateFiles({ grpc, gateway, store }) {
    const redis = store?.kind === "memory" ? undefined : store?.redis?.tls;
    return [
        ...filesOf(["grpc", "tls"], grpc?.tls),
        ...filesOf(["gateway", "tls"], gateway?.tls),
        ...filesOf(["gateway", "service"], gateway?.service),
        ...filesOf(["store", "redis", "tls"], redis),
    ];
}
function filesOf(path, { certFile, caFile } = {}) {
    return [
        // A chain is good while all of its certificates are, a collection of authorities while one of them is.
        ...fileOf([...path, "certFile"], certFile, { from: Math.max, to: Math.min }),
        ...fileOf([...path, "caFile"], caFile, { from: Math.min, to: Math.max }),
    ];
}
function fileOf(path, file, choose) {
    const text = file === undefined ? undefined : readText(file);
    const certificates = text && "content" in text ? certificatesIn(text.content) : undefined;
    if (file === undefined || !certificates)
        return [];
    const validFrom = choose.from(...certificates.map((one) => Date.parse(one.validFrom)));
    const validTo = choose.to(...certificates.map((one) => Date.parse(one.validTo)));
    return [{ setting: pathText(path), path, file, validFrom, validTo }];
}
/** Returns what is wrong with the validity of a file at a time, in milliseconds since the Unix epoch; undefined if nothing is. */
export function validityFailure({ validFrom, validTo }, now) {
    if (now >= validTo)
        return `the certificate has expired: it was valid until ${dateText(validTo)}`;
    if (now < validFrom)
        return `the certificate is not valid yet: it will be from ${dateText(validFrom)}`;
    return undefined;
}
/** Time before its end in which a certificate is to be renewed, in milliseconds; a third of its life where that is shorter. */
const renewalTime = 14 * 86_400_000;
/** Returns that a valid certificate ends soon; undefined while there is time. */
export function expiryWarning({ validFrom, validTo }, now) {
    if (validTo - now > Math.min(renewalTime, (validTo - validFrom) / 3))
        return undefined;
    return `the certificate expires soon, at ${dateText(validTo)}: renew it`;
}
/** Returns a mistake for each certificate that is not valid at a time. */
export function validityMistakes(content, now) {
    return certificateFiles(content).flatMap((file) => {
        const message = validityFailure(file, now);
        return message === undefined ? [] : [{ path: file.path, message }];
    });
}
function dateText(time) {
    return new Date(time).toISOString();
}
