// A complete sign-in in a project that has only the installed package.
import {
  createAppClient,
  createApproverClient,
  isQrLoginError,
  TicketState,
  type UserInfo,
} from "qrlogin/client";

const [address = "", token = ""] = process.argv.slice(2);
const website = createAppClient({ address, appId: "demo-app", appSecret: "demo-secret" });
const phone = createApproverClient({ address, token });

const { ticketId, ticketSecret, qrContent } = await website.createTicket({
  customData: { from: "an empty project" },
});
const { app, customData } = await phone.markScanned({ scanned: { $case: "qrContent", value: qrContent } });
await phone.authorize({ ticketId });
let user: UserInfo | undefined;
for await (const status of website.watchStatus({ ticketId, ticketSecret })) {
  if (status.state !== TicketState.AUTHORIZED) continue;
  ({ user } = await website.exchangeUserInfo({ exchangeTicket: status.exchangeTicket }));
  const again = await website
    .exchangeUserInfo({ exchangeTicket: status.exchangeTicket })
    .catch((error: unknown) => error);
  if (!isQrLoginError(again, "TICKET_ALREADY_EXCHANGED"))
    throw new Error("a second exchange was not rejected");
  break;
}
website.close();
phone.close();
if (user?.userId !== "alice") throw new Error("alice was not signed in");
console.log(`the packed client signed in ${user.nickname} at ${app?.name}, ${JSON.stringify(customData)}`);
