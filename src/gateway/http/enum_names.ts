/** Returns the name of a value of a generated enum, or its digits if this release does not know the value. */
export function enumNameOf(values: Readonly<Record<string, number | string>>, value: number): string {
  return Object.keys(values).find((name) => values[name] === value) ?? String(value);
}
