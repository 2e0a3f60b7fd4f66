import type { FastifyInstance } from "fastify";
import { invalidRequest } from "./http_error.js";

/**
 * Deepest nesting of a body, in levels. The limit keeps code that walks a body recursively from exhausting the
 * stack.
 */
const maxDepth = 64;

/**
 * Makes the routes accept only `application/json`. An HTML form cannot post that type, and a script of another
 * site cannot without a preflight. Bodies nested deeper than 64 levels are rejected with INVALID_REQUEST.
 */
export function acceptOnlyJson(instance: FastifyInstance): void {
  instance.removeAllContentTypeParsers();
  const parse = instance.getDefaultJsonParser("error", "error");
  instance.addContentTypeParser<string>("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body === "") done(null, undefined);
    else if (isNestedTooDeeply(body)) done(invalidRequest("the body is nested too deeply"));
    else void parse(request, body, done);
  });
}

/**
 * Returns whether lists and objects are nested deeper than `maxDepth`. The result is arbitrary for invalid
 * JSON, which is rejected in either case.
 */
function isNestedTooDeeply(json: string): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < json.length; index++) {
    const character = json[index];
    if (character === '"') inString = !inString;
    else if (inString) index += character === "\\" ? 1 : 0;
    else if (character === "[" || character === "{") depth++;
    else if (character === "]" || character === "}") depth--;
    if (depth > maxDepth) return true;
  }
  return false;
}
