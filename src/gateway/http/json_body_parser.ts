import type { FastifyInstance } from "fastify";
import { invalidRequest } from "./http_error.js";

/** Deeper than anything that means something. What walks through a body must not run out of stack. */
const maxDepth = 64;

/**
 * Has the routes take JSON alone: what a form of another site can post without asking first is none. Deeper than 64 levels
 * is refused with INVALID_REQUEST.
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

/** Whether a JSON text holds lists or objects in more than so many others. Of what is no JSON it does not matter. */
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
