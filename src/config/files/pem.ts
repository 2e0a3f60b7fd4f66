/** Labels of PEM blocks that are mistaken for one another, with what they are and what to do. */
const contents: readonly (readonly [label: RegExp, description: string])[] = [
  [
    /BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/,
    "a private key with a pass phrase: openssl pkey -in OLD -out NEW removes it",
  ],
  [/BEGIN OPENSSH PRIVATE KEY/, "a private key of OpenSSH: create one with openssl genpkey"],
  [
    /BEGIN (?:NEW )?CERTIFICATE REQUEST/,
    "a certificate request: name the certificate that the authority has issued",
  ],
  [/BEGIN PKCS7/, "PKCS #7: openssl pkcs7 -print_certs -in OLD -out NEW converts it"],
  [
    /BEGIN (?:EC|RSA) PRIVATE KEY/,
    "a private key in an older form: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW converts it",
  ],
  [/BEGIN PRIVATE KEY/, "a private key"],
  [/BEGIN CERTIFICATE/, "a certificate"],
  [/BEGIN (?:RSA )?PUBLIC KEY/, "a public key"],
  [/^\s*$/, "nothing"],
  [/^\s*MI[A-Za-z0-9+/=\s]+$/, "base64 without the lines BEGIN and END"],
];

/** Returns what a file contains where a PEM file of another kind is needed; undefined if it is not recognized. */
export function describePemContent(text: string): string | undefined {
  return contents.find(([label]) => label.test(text))?.[1];
}

/** Appends to a message what the file contains instead, if that is recognized. */
export function withPemContent(message: string, text: string): string {
  const content = describePemContent(text);
  return content === undefined ? message : `${message}, but contains ${content}`;
}

/** Returns what is wrong with a certificate and a key that do not fit together, by the names of their settings. */
export function describePairMistake(cert: string, key: string): string {
  const wrong = [
    ...(cert.includes("-----BEGIN CERTIFICATE-----")
      ? []
      : [`certFile contains ${describePemContent(cert) ?? "no certificate"}`]),
    ...(/-----BEGIN (?:EC |RSA )?PRIVATE KEY-----/.test(key) && !key.includes("Proc-Type: 4,ENCRYPTED")
      ? []
      : [`keyFile contains ${describePemContent(key) ?? "no private key"}`]),
  ];
  if (wrong.length > 0) return wrong.join("; ");
  return "the key in keyFile is not that of the first certificate in certFile, or one of the two is damaged";
}
