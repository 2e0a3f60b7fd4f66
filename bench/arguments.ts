import { parseArgs } from "node:util";

/** Reports an invalid command line and ends the process with exit code 2. */
export function exitWithUsage(text: string): never {
  console.error(`bench: ${text}`);
  process.exit(2);
}

/** Parses the positional arguments, `--rounds` (1 to 20) and `--quick` (one round). */
export function parseRounds(usual: number) {
  const { values, positionals } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      rounds: { type: "string", default: String(usual) },
    },
    allowPositionals: true,
  });
  const rounds = values.quick ? 1 : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 20) exitWithUsage("--rounds must be 1 to 20");
  return { rounds, quick: values.quick, args: positionals };
}
