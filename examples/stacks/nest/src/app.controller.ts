import { Controller, Get, Post, Redirect, Session } from "@nestjs/common";
import type { SessionData, Session as SiteSession } from "express-session";

@Controller()
export class AppController {
  @Get("me")
  me(@Session() { user }: SessionData) {
    return { user };
  }
  @Post("logout")
  @Redirect("/")
  logout(@Session() session: SiteSession) {
    session.destroy(() => {});
  }
}
