/** True if this program runs from its sources, as in a clone of the repository. */
export const isClone = import.meta.url.endsWith(".ts");

/**
 * Returns a command line of this program that works where it runs: with npm's script in a clone, and with npx where the
 * package is installed.
 *
 * @param args Subcommand and arguments, such as `dev-token alice`.
 */
export function ownCommand(args: string, inClone = isClone): string {
  return inClone ? `npm run --silent qrlogin -- ${args}` : `npx qrlogin ${args}`;
}
