import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A place in the source that writes a log line. */
export interface LogStatement {
  readonly file: string;
  /** Level, or undefined where the program chooses it. */
  readonly level: string | undefined;
  /** Messages with `…` in place of variable parts, or the source text of a message that is made elsewhere. */
  readonly messages: readonly { readonly text: string; readonly isLiteral: boolean }[];
  /** Names of the fields that the statement itself names. */
  readonly fields: readonly string[];
}

/** Returns every statement in a folder that writes a log line. */
export function findLogStatements(folder: string): LogStatement[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".ts") && !file.startsWith("widget"))
    .flatMap((file) => statementsIn(file, readFileSync(join(folder, file), "utf8")));
}

const call = /(?:\blog|dropWarnings)(?:\.(?<level>trace|debug|info|warn|error|fatal)|\[[^\]]+\])\(/g;

function statementsIn(file: string, source: string): LogStatement[] {
  const code = source.replace(/^\s*(?:\*|\/\*\*|\/\/).*$/gm, "");
  return [...code.matchAll(call)].map((match) => {
    const parts = argumentsAt(code, match.index + match[0].length);
    const message = parts.at(-1) ?? "";
    const [fields = ""] = parts.length > 1 ? parts : [];
    return {
      ...{ file, level: match.groups?.level, messages: messagesOf(message) },
      fields: fields.startsWith("{")
        ? [...fields.matchAll(/(?:[{,]\s*)(?<name>[a-zA-Z]\w*)\s*(?=[,:}])/g)].map(
            ({ groups }) => groups?.name ?? "",
          )
        : [],
    };
  });
}

/** Returns the arguments of a call, as source text. */
function argumentsAt(code: string, start: number): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = "";
  let from = start;
  for (let at = start; at < code.length; at++) {
    const character = code[at] ?? "";
    if (quote !== "") {
      if (character === quote) quote = "";
    } else if (`"'\``.includes(character)) quote = character;
    else if ("([{".includes(character)) depth++;
    else if (depth > 0 && ")]}".includes(character)) depth--;
    else if (depth === 0 && (character === "," || character === ")")) {
      parts.push(code.slice(from, at).trim());
      if (character === ")") break;
      from = at + 1;
    }
  }
  return parts.filter((part) => part !== "");
}

function messagesOf(argument: string): LogStatement["messages"] {
  const literals = [...argument.matchAll(/"(?<text>[^"]*)"|`(?<template>[^`]*)`/g)];
  if (literals.length === 0) return [{ text: argument, isLiteral: false }];
  return literals.map(({ groups }) => ({
    text: groups?.text ?? (groups?.template ?? "").replace(/\$\{[^}]*\}/g, "…"),
    isLiteral: true,
  }));
}

/** A row of the tables in docs/logs.md. */
export interface DocumentedLine {
  readonly message: string;
  readonly levels: readonly string[];
  readonly fields: readonly string[];
}

/** Returns the rows of the tables of lines. */
export function readDocumentedLines(markdown: string): DocumentedLine[] {
  const rows = markdown.matchAll(
    /^\| `(?<message>[^`]+)` \| (?<levels>(?:info|warn|error)(?:, \w+)*) \| (?<fields>[^|]*)\|/gm,
  );
  return [...rows].map(({ groups }) => ({
    message: groups?.message ?? "",
    levels: (groups?.levels ?? "").split(", "),
    fields: [...(groups?.fields ?? "").matchAll(/`(\w+)`/g)].map(([, name = ""]) => name),
  }));
}

/** Returns the row that documents a line with this message. */
export function rowOf(rows: readonly DocumentedLine[], message: string): DocumentedLine | undefined {
  const matches = ({ message: pattern }: DocumentedLine) => {
    const escaped = pattern.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("…", ".*");
    return new RegExp(`^${escaped}$`, "s").test(message);
  };
  return rows.find(({ message: pattern }) => pattern === message) ?? rows.find(matches);
}
