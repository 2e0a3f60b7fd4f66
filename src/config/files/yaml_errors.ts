import { type Document, isMap, isNode, isScalar, type Scalar, visit, type YAMLError } from "yaml";

/**
 * Returns what is wrong and what to write instead. The parser's own message quotes the file, which may contain a
 * secret, and names the terms of its grammar.
 */
export function describeYamlError(error: YAMLError, document: Document, text: string): string {
  if (error.code === "DUPLICATE_KEY") return describeDuplicateKey(error, document, text);
  const [offset] = error.pos;
  if (error.code === "NON_STRING_KEY" && text.slice(offset - 1, offset + 1) === "{{") {
    return "a placeholder {{ … }} of a template has not been filled in";
  }
  return messages[error.code] ?? describeByText(error);
}

/** Returns where a reader should look: for a quotation that is not closed, where it begins. */
export function yamlErrorOffset(error: YAMLError, document: Document): number {
  const [offset] = error.pos;
  return isUnclosedQuote(error) ? (startOfQuotation(document, offset) ?? offset) : offset;
}

const special = "& and ! at the beginning of a value have a meaning in YAML: put the value in quotes";

/** Messages of the errors that have one cause. */
const messages: Readonly<Partial<Record<YAMLError["code"], string>>> = {
  ALIAS_PROPS: special,
  BAD_ALIAS: "a value that begins with * is an alias: put it in quotes if it is text",
  BAD_DIRECTIVE: "a line that begins with % is a directive: put the value in quotes",
  BAD_DQ_ESCAPE:
    "a backslash in double quotes begins an escape such as \\n: use single quotes, or double the backslash",
  BAD_PROP_ORDER: special,
  BAD_SCALAR_START: "a value cannot begin with @, % or `: put it in quotes",
  BLOCK_AS_IMPLICIT_KEY:
    "there is a second colon with a space, or the next line is indented further than this one: put the value in " +
    "quotes, or indent both lines alike",
  BLOCK_IN_FLOW:
    "a comma is missing between two entries in brackets, or there are lines with hyphens in brackets",
  KEY_OVER_1024_CHARS:
    "the line is too long for a key: is the colon in the wrong place, or a quotation mark missing?",
  MULTILINE_IMPLICIT_KEY:
    "this line is no key with a value: write KEY: VALUE with a colon and a space, and indent it like the lines beside it",
  MULTIPLE_ANCHORS: special,
  MULTIPLE_DOCS: "a second document begins here (---): the file must be one document",
  MULTIPLE_TAGS: special,
  NON_STRING_KEY: "a value that begins with a brace or a bracket needs quotes; a key must be a single word",
  RESOURCE_EXHAUSTION: "it is nested too deeply, or its aliases (*) expand too far",
  TAB_AS_INDENT: "a tab indents this line: use spaces",
  TAG_RESOLVE_FAILED:
    "a value that begins with ! is a tag, which has no meaning here: put it in quotes if it is text",
  UNEXPECTED_TOKEN:
    "there is text after the end of the value: put the whole value in quotes, and double a single quote inside single " +
    "quotes",
};

/** Describes errors that stand for several mistakes, which only the parser's text tells apart. */
function describeByText(error: YAMLError): string {
  if (isUnclosedQuote(error)) return "the quotation mark that begins here is not closed";
  if (error.code === "MISSING_CHAR" && error.message.startsWith("Implicit")) {
    return "a colon and a space are missing after the key: write KEY: VALUE";
  }
  if (error.code === "MISSING_CHAR") return "a comma, a colon or a closing bracket is missing here";
  if (error.message.startsWith("Flow")) {
    return "a bracket before this line is not closed ([ … ] or { … }), or the lines in it are not indented";
  }
  if (error.code === "BAD_INDENT") {
    return "this line is indented differently from the other entries of its list or map: indent all of them alike";
  }
  return "this is not the syntax of YAML";
}

function isUnclosedQuote({ code, message }: YAMLError): boolean {
  return code === "MISSING_CHAR" && /^Missing closing .quote/.test(message);
}

function startOfQuotation(document: Document, end: number): number | undefined {
  let start: number | undefined;
  const consider = (node: Scalar) => {
    const from = node.range?.[0];
    if (node.type?.startsWith("QUOTE") && from !== undefined && from < end)
      start = Math.max(start ?? 0, from);
  };
  visit(document, { Scalar: (_, node) => consider(node) });
  return start;
}

function describeDuplicateKey(error: YAMLError, document: Document, text: string): string {
  const [offset] = error.pos;
  let first: number | undefined;
  visit(document, {
    Map: (_, map) => {
      if (!isMap(map)) return;
      const keys = map.items.flatMap(({ key }) => (isNode(key) && isScalar(key) ? [key] : []));
      const name = keys.find(({ range }) => range?.[0] === offset)?.value;
      if (name !== undefined) first = keys.find(({ value }) => value === name)?.range?.[0];
    },
  });
  const line = first === undefined ? "" : ` (line ${text.slice(0, first).split("\n").length})`;
  return `this key is already there${line}: keep one of the two, or merge what is below them`;
}
