/** Name of a value of a generated enum; its digits if this release does not know it. */
export function nameOf(values, value) {
    return Object.keys(values).find((name) => values[name] === value) ?? String(value);
}
