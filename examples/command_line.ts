import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  options: { address: { type: "string" }, user: { type: "string" }, port: { type: "string" } },
  allowPositionals: true,
});

/** The value of an option of the command line. */
export function optionValue(option: "--address" | "--user" | "--port"): string | undefined {
  return values[option.slice(2) as keyof typeof values];
}

/** The words of the command line that are no options. */
export function positionalArguments(): readonly string[] {
  return positionals;
}

/** Whether the module is the program, and not imported by one. */
export function isMainModule(moduleUrl: string): boolean {
  return process.argv[1] !== undefined && moduleUrl === pathToFileURL(process.argv[1]).href;
}

/** The name of an enum's value; its number where the enum does not know it. */
export function enumNameOf(names: Readonly<Record<string, number>>, value: number): string {
  return Object.keys(names).find((name) => names[name] === value) ?? String(value);
}
