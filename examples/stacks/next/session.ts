import { getIronSession } from "iron-session";
import { cookies } from "next/headers";

interface Session {
  user?: { id: string; nickname: string };
}
const secure = process.env.NODE_ENV === "production";
const cookieName = secure ? "__Host-session" : "session";
const cookieOptions = { httpOnly: true, sameSite: "lax", secure } as const;
const password = process.env.SESSION_SECRET ?? "";

export const getSession = async () =>
  getIronSession<Session>(await cookies(), { cookieName, password, ttl: 28_800, cookieOptions });
