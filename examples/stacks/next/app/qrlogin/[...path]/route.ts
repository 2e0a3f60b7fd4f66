import { createFetchHandler, type FetchHandler } from "qrlogin/web";
import { getSession } from "../../../session";

const { APP_ID = "", APP_SECRET = "", HANDLE_KEY = "", PUBLIC_ORIGIN, QRLOGIN_SERVICE = "" } = process.env;

const shared = globalThis as { gateway?: FetchHandler<unknown> };
shared.gateway?.close(); // `next dev` loads this file again after a change
shared.gateway = undefined;

// Created by the first request, since `next build` loads this file without the secrets.
function handle(request: Request) {
  shared.gateway ??= createFetchHandler({
    service: { address: QRLOGIN_SERVICE },
    apps: [{ id: APP_ID, secret: APP_SECRET }],
    handleKeys: [HANDLE_KEY],
    publicOrigin: PUBLIC_ORIGIN,
    clientAddress: ({ headers }) => headers.get("x-forwarded-for")?.split(",").at(-1)?.trim(),
    async onSignIn({ user }) {
      const session = await getSession();
      session.user = user && { id: user.userId, nickname: user.nickname };
      await session.save();
    },
  });
  return shared.gateway(request, undefined);
}

export { handle as GET, handle as OPTIONS, handle as POST };
