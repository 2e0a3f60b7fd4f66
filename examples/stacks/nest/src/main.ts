import { promisify } from "node:util";
import { NestFactory } from "@nestjs/core";
import type { NestExpressApplication } from "@nestjs/platform-express";
import type { Request, Response } from "express";
import session from "express-session";
import { createNodeHandler } from "qrlogin/node";
import { AppModule } from "./app.module.js";

declare module "express-session" {
  interface SessionData {
    user: { id: string; nickname: string };
  }
}
const { APP_ID = "", APP_SECRET = "", HANDLE_KEY = "", SESSION_SECRET = "", HOST = "" } = process.env;
const { QRLOGIN_SERVICE = "", PORT = "3000" } = process.env;
const secure = process.env.NODE_ENV === "production";
const name = secure ? "__Host-session" : "session";
const cookie = { httpOnly: true, sameSite: "lax", secure } as const;

const gateway = createNodeHandler<Request, Response>({
  service: { address: QRLOGIN_SERVICE },
  apps: [{ id: APP_ID, secret: APP_SECRET }],
  handleKeys: [HANDLE_KEY],
  trustedProxies: process.env.TRUSTED_PROXIES?.split(",") ?? [],
  async onSignIn({ user }, req) {
    await promisify(req.session.regenerate.bind(req.session))(); // a new session id at each sign-in
    if (user) req.session.user = { id: user.userId, nickname: user.nickname };
  },
});
const app = await NestFactory.create<NestExpressApplication>(AppModule);
app.set("trust proxy", process.env.TRUSTED_PROXIES ?? false);
app.use(session({ name, secret: SESSION_SECRET, resave: false, saveUninitialized: false, cookie }), gateway);
app.useStaticAssets("public");
await app.listen(PORT, HOST);
