import type { FastifyInstance } from "fastify";
import { invalidRequest } from "../../http/http_error.js";

/**
 * Makes the routes of an instance also accept `application/x-www-form-urlencoded`, in which OAuth 2.0 sends its
 * parameters. A parameter that is given twice is rejected with INVALID_REQUEST (RFC 6749, section 3.2).
 *
 * A page of another site can post a form without a preflight. So no route of such an instance may act on a cookie.
 */
export function acceptForms(instance: FastifyInstance): void {
  instance.addContentTypeParser<string>(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    async (_request: unknown, body: string) => {
      const parameters = [...new URLSearchParams(body)];
      const fields = new Map(parameters);
      if (fields.size < parameters.length) throw invalidRequest("a parameter is given twice");
      return Object.fromEntries(fields);
    },
  );
}
