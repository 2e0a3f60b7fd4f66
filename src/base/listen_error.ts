const descriptions: Readonly<Record<string, string>> = {
  EADDRINUSE: "the address is in use",
  EACCES: "permission denied",
  EADDRNOTAVAIL: "this machine has no such address",
  ENOTFOUND: "no such host",
};

/** Returns the reason why a server cannot listen, with the system's code. Returns any other message unchanged. */
export function describeListenError(message: string): string {
  // Searches the whole text, because some libraries wrap the system's error in their own.
  const code = Object.keys(descriptions).find((known) => message.includes(known));
  return code === undefined ? message : `${descriptions[code]} (${code})`;
}
