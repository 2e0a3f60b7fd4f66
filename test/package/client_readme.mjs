import { createAppClient, isQrLoginError } from "@qrlogin/client";

const client = createAppClient({ address: "127.0.0.1:50051", appId: "demo-app", appSecret: "demo-secret" });
try {
  const { qrContent } = await client.createTicket({});
  console.log(qrContent); // the text to show as a QR code
} catch (error) {
  if (!isQrLoginError(error)) throw error;
  console.error(error.message); // says what is wrong, and what to do
}
client.close();
