import { createFetchHandler, type FetchHandler } from "qrlogin/web";
import { getSession } from "../../../session";

const shared = globalThis as { gateway?: FetchHandler<unknown> };
shared.gateway = void shared.gateway?.close(); // `next dev` loads this file again after a change

// The first request creates the gateway, since `next build` loads this file too, without the secrets.
function handle(request: Request) {
  shared.gateway ??= createFetchHandler({
    service: { address: process.env.QRLOGIN_SERVICE ?? "" },
    apps: [{ id: process.env.APP_ID ?? "", secret: process.env.APP_SECRET ?? "" }],
    handleKeys: [process.env.HANDLE_KEY ?? ""],
    publicOrigin: process.env.PUBLIC_ORIGIN,
    // Behind a proxy, which sets the header. Without one, anybody could send it.
    clientAddress: ({ headers }) => (process.env.PUBLIC_ORIGIN && headers.get("x-real-ip")) || undefined,
    async onSignIn({ user }) {
      const session = await getSession();
      session.user = user && { id: user.userId, nickname: user.nickname };
      await session.save();
    },
  });
  return shared.gateway(request, undefined);
}

export { handle as GET, handle as OPTIONS, handle as POST };
