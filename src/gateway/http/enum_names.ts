/** Name of a value of a generated enum; its digits if this release does not know it. */
export function enumNameOf(values: Readonly<Record<string, number | string>>, value: number): string {
  return Object.keys(values).find((name) => values[name] === value) ?? String(value);
}
