import { spawn } from "node:child_process";

/** End of a program. */
export interface ProgramEnd {
  /** Exit code; null if a signal has ended it. */
  readonly code: number | null;
  readonly output: string;
  readonly errorOutput: string;
}

export interface ProgramOptions {
  readonly timeoutMs: number;
  /** Prints what the program prints. */
  readonly echo?: boolean;
  /** Text for standard input. */
  readonly input?: string;
  /** Receives each line of the output as soon as it is there. */
  readonly onLine?: (line: string) => void;
}

/** Runs a program with everything that it starts. Ends them all after the time-out. */
export async function runProgram(
  [file, ...parameters]: readonly [string, ...string[]],
  { timeoutMs, echo = false, input = "", onLine }: ProgramOptions,
): Promise<ProgramEnd> {
  // A process group of its own, so that the time-out also ends what the program has started.
  const child = spawn(file, parameters, { detached: true });
  const timer = setTimeout(() => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  }, timeoutMs);
  let output = "";
  let errorOutput = "";
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (echo) process.stdout.write(text);
    output += text;
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine?.(line);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    if (echo) process.stderr.write(text);
    errorOutput += text;
  });
  // A program that does not read its input reports an error here.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    return { code, output, errorOutput };
  } finally {
    clearTimeout(timer);
  }
}
