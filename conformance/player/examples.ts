import { runProgram } from "./program.js";

/** Time for one sign-in, in milliseconds: the programs may be built first. */
const signInTimeout = 5 * 60_000;

/**
 * Plays a sign-in with the examples of a client: the website shows a code, and the phone scans it and gives the answer.
 * Resolves with what is wrong, or with undefined.
 */
export async function runExample(folder: string, consent: "y" | "n"): Promise<string | undefined> {
  let phone: ReturnType<typeof runProgram> | undefined;
  const website = await runProgram([`${folder}/example-website`], {
    timeoutMs: signInTimeout,
    onLine(line) {
      if (!isCode(line)) return;
      phone ??= runProgram([`${folder}/example-phone`, line], {
        timeoutMs: signInTimeout,
        input: `${consent}\n`,
      });
    },
  });
  if (!phone) return `the website has printed no code: ${lastLine(website.errorOutput || website.output)}`;
  const { code, errorOutput } = await phone;
  if (code !== 0) return `the phone has ended with ${code}: ${lastLine(errorOutput)}`;
  const last = lastLine(website.output);
  const isGreeting = /^Hello, .+ \(.*alice.*\)$/.test(last);
  if (consent === "y") {
    return isGreeting && website.code === 0
      ? undefined
      : `the website has ended with ${website.code}: ${last}`;
  }
  if (website.code === null) return "the website does not end";
  return website.output.includes("Hello") ? `the website greets: ${last}` : undefined;
}

/** Reports whether a line is the text of a code, which has the ticket id under `random`. */
function isCode(line: string): boolean {
  return line.startsWith("{") && line.includes('"random":');
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}
