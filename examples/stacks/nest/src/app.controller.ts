import { Controller, Get, Post, Req, Res } from "@nestjs/common";
import type { Request, Response } from "express";

@Controller()
export class AppController {
  @Get("me")
  me(@Req() req: Request, @Res() res: Response) {
    res.json({ user: req.session.user });
  }
  @Post("logout")
  logout(@Req() req: Request, @Res() res: Response) {
    req.session.destroy(() => res.redirect(303, "/"));
  }
}
