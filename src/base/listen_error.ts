const descriptions: Readonly<Record<string, string>> = {
  EADDRINUSE: "the address is in use",
  EACCES: "permission denied",
  EADDRNOTAVAIL: "this machine has no such address",
  ENOTFOUND: "no such host",
};

/** Why a server cannot listen, in words and with the system's code. What the system says otherwise stays as it is. */
export function describeListenError(message: string): string {
  // Looked for in the text: some libraries wrap the system's error in one of their own.
  const code = Object.keys(descriptions).find((known) => message.includes(known));
  return code === undefined ? message : `${descriptions[code]} (${code})`;
}
