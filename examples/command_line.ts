import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  options: { address: { type: "string" }, user: { type: "string" }, port: { type: "string" } },
  allowPositionals: true,
});

/** Returns the value of a command-line option. */
export function optionValue(option: "--address" | "--user" | "--port"): string | undefined {
  return values[option.slice(2) as keyof typeof values];
}

/** Returns the arguments that are not options. */
export function positionalArguments(): readonly string[] {
  return positionals;
}

/** Returns true if the module is the main program, not an import. */
export function isMainModule(moduleUrl: string): boolean {
  return process.argv[1] !== undefined && moduleUrl === pathToFileURL(process.argv[1]).href;
}

/** Returns the name of an enum value, or its number if the name is unknown. */
export function enumNameOf(names: Readonly<Record<string, number>>, value: number): string {
  return Object.keys(names).find((name) => names[name] === value) ?? String(value);
}
