import { getIronSession } from "iron-session";
import { cookies } from "next/headers";

const secure = process.env.NODE_ENV === "production";

export const getSession = async () =>
  getIronSession<{ user?: { id: string; nickname: string } }>(await cookies(), {
    cookieName: secure ? "__Host-session" : "session",
    cookieOptions: { secure }, // besides HttpOnly and SameSite=Lax
    password: process.env.SESSION_SECRET ?? "",
  });
