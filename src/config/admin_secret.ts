import { adminSecretFileVariable, adminSecretVariable, type Environment } from "./environment.js";
import { readSecretLine } from "./files/read_secret.js";

/**
 * Returns the secret of the commands of administrators: that of the variable, or the one in the file that the other
 * variable names.
 *
 * @throws Error with a one-line message when there is none, or both are set.
 */
export function readAdminSecret(env: Environment): string {
  const { [adminSecretVariable]: secret, [adminSecretFileVariable]: file } = env;
  if (secret && file) throw new Error(`set ${adminSecretVariable} or ${adminSecretFileVariable}, not both`);
  if (secret) return secret;
  if (!file)
    throw new Error(
      `set ${adminSecretVariable} to the secret of the administrator, or ${adminSecretFileVariable} to a file that has it`,
    );
  const read = readSecretLine(file);
  if ("failure" in read) throw new Error(`${adminSecretFileVariable}: ${read.failure} (${file})`);
  return read.line;
}
