// A complete login in one process: the service, the website and the phone. Start it with `npm run example`.
import { pino } from "pino";
import { developmentApp, developmentPool, signDevelopmentToken } from "../src/auth/development_identities.js";
import { createAppClient, createApproverClient } from "../src/client/index.js";
import { startService } from "../src/compose/service.js";
import { loadConfig } from "../src/config/load_config.js";
import { renderForTerminal } from "../src/qr/render_for_terminal.js";
import { approve, describeRequest } from "./phone.js";
import { signIn } from "./website.js";

const config = loadConfig({
  env: { QRLOGIN_GRPC_ADDRESS: "127.0.0.1:0" },
  developmentPreset: { apps: [developmentApp], userPools: [developmentPool] },
});
const app = await startService(config, pino({ level: "warn" }));
const address = app.grpcAddress;
console.log(`server:  listens on ${address}`);

const website = createAppClient({ address, appId: "demo-app", appSecret: "demo-secret" });
const phone = createApproverClient({ address, token: () => signDevelopmentToken("alice", Date.now()) });

let approval: Promise<unknown> | undefined;
try {
  const user = await signIn(website, (qrContent) => {
    console.log(renderForTerminal(qrContent));
    approval = approve(phone, qrContent, async (who) => {
      console.log(`phone:   ${describeRequest(who)}`);
      console.log("phone:   Alice approves.");
      return true;
    });
    // Without this, the website would wait forever after a failure of the phone.
    approval.catch((error) => {
      console.error(`phone:   ${error}`);
      website.close();
    });
  });
  await approval;
  console.log("website: signed in:", user);
} finally {
  website.close();
  phone.close();
  await app.stop();
}
