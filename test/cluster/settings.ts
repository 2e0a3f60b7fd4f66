/**
 * Seed of all choices: `QRLOGIN_FAULTS_SEED`, or a random one. The same seed makes the same choices, not the
 * same run.
 */
export const seed = numberOf("QRLOGIN_FAULTS_SEED") ?? Math.floor(Math.random() * 1e6);

/** Returns the minimum number of operations of a whole run: `QRLOGIN_FAULTS_OPERATIONS`, or `usual`. */
export const operationsOr = (usual: number): number => numberOf("QRLOGIN_FAULTS_OPERATIONS") ?? usual;

function numberOf(variable: string): number | undefined {
  const text = process.env[variable];
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${variable} must be a whole number`);
  return value;
}
