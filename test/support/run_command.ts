import { type CommandEnvironment, runCommand } from "../../src/cli/commands.js";

/** Runs a command that only prints, in this process. Resolves with its exit code and its output. */
export async function runInProcess(words: readonly string[], env: CommandEnvironment["env"] = {}) {
  const [printed, errors]: [string[], string[]] = [[], []];
  const never = () => {
    throw new Error("the command used more of its process than its output");
  };
  const code = await runCommand(words, {
    env,
    print: (text) => void printed.push(text),
    printError: (text) => void errors.push(text),
    stdout: { isTerminal: false, tryWrite: never, writeAll: never },
    ...{
      stopRequested: never,
      onReloadRequest: never,
      ignoreSignals: never,
      exitAfter: never,
      onExit: never,
    },
  });
  return { code, stdout: printed.join("\n"), stderr: errors.join("\n") };
}
