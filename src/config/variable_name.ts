/** Prefix of the variables of the configuration. */
export const variablePrefix = "QRLOGIN_";

/**
 * Returns the name of a setting's variable: `QRLOGIN_` and the path in capitals, with underscores between the
 * words.
 */
export function variableNameOf(path: readonly string[]): string {
  return variablePrefix + path.map((key) => key.replaceAll(/[A-Z]/g, "_$&").toUpperCase()).join("_");
}
