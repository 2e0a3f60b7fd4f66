import { getSession } from "../../session";

export const GET = async () => Response.json({ user: (await getSession()).user });
