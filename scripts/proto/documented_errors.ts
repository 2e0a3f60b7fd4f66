import type { DescMethod } from "@bufbuild/protobuf";
import type { CommentOf } from "./comments.js";

/** The kinds of callers, each with its own credential. */
export type Caller = "app" | "approver" | "administrator";

/**
 * Returns who calls a method, as its comment or that of its service says.
 *
 * @throws Error if neither says it.
 */
export function callerOf(method: DescMethod, commentOf: CommentOf): Caller {
  const said = /\bCalled by (?:(?:the|an|any)\s+)?(?<caller>app|approver|administrator)s?\b/;
  const found = said.exec(commentOf(method)) ?? said.exec(commentOf(method.parent));
  const caller = found?.groups?.caller as Caller | undefined;
  if (caller === undefined) throw new Error(`no comment says who calls ${method.name}`);
  return caller;
}

/** Reasons that only callers with a credential of this kind get. */
const ofCaller: Readonly<Record<string, Caller>> = {
  APP_UNAUTHENTICATED: "app",
  USER_UNAUTHENTICATED: "approver",
  USER_TOKEN_EXPIRED: "approver",
  ISSUER_UNAVAILABLE: "approver",
  ADMIN_UNAUTHENTICATED: "administrator",
};

/**
 * Returns the reasons with which a method can fail: those that its comment lists after "Errors:", then those that the
 * comment of its service lists for any method.
 *
 * @param names The names of all reasons.
 */
export function documentedErrors<Name extends string>(
  method: DescMethod,
  commentOf: CommentOf,
  names: readonly Name[],
): Name[] {
  const caller = callerOf(method, commentOf);
  const own = /\bErrors: [\s\S]*/.exec(commentOf(method))?.[0] ?? "";
  const always = reasonsIn(anyMethodParagraph(commentOf(method.parent)), names);
  return [
    ...reasonsIn(own, names),
    ...always.filter((name) => ofCaller[name] === undefined || ofCaller[name] === caller),
  ];
}

function anyMethodParagraph(comment: string): string {
  const paragraph = comment.split("\n\n").find((text) => text.startsWith("Any method may return"));
  if (paragraph === undefined)
    throw new Error("the comment of the service does not list the errors of all methods");
  return paragraph;
}

/** Returns the reasons that a text names. */
function reasonsIn<Name extends string>(text: string, names: readonly Name[]): Name[] {
  const words: string[] = text.match(/\b[A-Z]+(?:_[A-Z]+)*\b/g) ?? [];
  return names.filter((name) => words.includes(name));
}
