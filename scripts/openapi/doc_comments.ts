/** Comments of a TypeScript interface. */
export interface InterfaceComments {
  readonly description: string;
  /** Comments of those properties that have one. */
  readonly properties: Readonly<Record<string, string>>;
}

const interfaces =
  /\/\*\*(?<comment>(?:(?!\*\/)[\s\S])*)\*\/\nexport interface (?<name>\w+) \{\n(?<body>[\s\S]*?)\n\}/g;
const properties = /\/\*\*(?<comment>(?:(?!\*\/)[\s\S])*)\*\/\s+readonly (?<name>\w+)/g;

/**
 * Returns the doc comments of the exported interfaces of a source file, by name. Does not parse TypeScript: it reads
 * the layout that the formatter produces.
 */
export function readDocComments(source: string): ReadonlyMap<string, InterfaceComments> {
  const found = new Map<string, InterfaceComments>();
  for (const { groups: { comment = "", name = "", body = "" } = {} } of source.matchAll(interfaces)) {
    const ofProperties = [...body.matchAll(properties)].map(({ groups }) => [
      groups?.name,
      textOf(groups?.comment ?? ""),
    ]);
    found.set(name, { description: textOf(comment), properties: Object.fromEntries(ofProperties) });
  }
  return found;
}

function textOf(comment: string): string {
  return comment
    .replace(/^\s*\* ?/gm, "")
    .replace(/\s+/g, " ")
    .trim();
}
