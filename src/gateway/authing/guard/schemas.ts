import * as z from "zod";
import { tokenField } from "../schemas.js";

/** Schema of the status of a token. */
export const loginStatusBody = z.object({ token: tokenField });

/** Schema of GraphQL. The SDKs send no variable that is undefined. */
export const graphqlBody = z.object({
  query: z.string("is required"),
  variables: z.object({ id: z.string().optional(), token: tokenField.optional() }).nullish(),
});
