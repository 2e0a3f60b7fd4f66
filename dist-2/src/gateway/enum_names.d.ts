/** Name of a value of a generated enum; its digits if this release does not know it. */
export declare function nameOf(values: Readonly<Record<string, number | string>>, value: number): string;
