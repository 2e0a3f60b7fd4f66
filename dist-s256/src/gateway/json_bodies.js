import { invalidRequest } from "./refusal.js";
/** Deeper than anything that means something. What walks through a body must not run out of stack. */
const maxDepth = 64;
/**
 * Has the routes take JSON alone: what a form of another site can post without asking first is none. Deeper than 64 levels
 * is refused with INVALID_REQUEST.
 */
export function onlyJson(instance) {
    instance.removeAllContentTypeParsers();
    const parse = instance.getDefaultJsonParser("error", "error");
    instance.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
        if (body === "")
            done(null, undefined);
        else if (isDeep(body))
            done(invalidRequest("the body is nested too deeply"));
        else
            void parse(request, body, done);
    });
}
/** Whether a JSON text holds lists or objects in more than so many others. Of what is no JSON it does not matter. */
function isDeep(json) {
    let depth = 0;
    let inText = false;
    for (let at = 0; at < json.length; at++) {
        const character = json[at];
        if (character === '"')
            inText = !inText;
        else if (inText)
            at += character === "\\" ? 1 : 0;
        else if (character === "[" || character === "{")
            depth++;
        else if (character === "]" || character === "}")
            depth--;
        if (depth > maxDepth)
            return true;
    }
    return false;
}
