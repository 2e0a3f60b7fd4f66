import { isClone, ownCommand } from "../base/own_command.js";

/**
 * Returns the text that `serve` prints in development mode once it is ready: addresses and next steps.
 *
 * @param inClone Whether the scripts of the repository's package.json are there.
 */
export function serveBanner(grpcAddress: string, gatewayUrl: string, inClone = isClone): string {
  return `
  qrlogin is listening on ${grpcAddress}, its HTTP gateway on ${gatewayUrl}

${warning}
${pageLinks(gatewayUrl)}${inClone ? terminalExamples : ""}
  For your own website and phone app:
      apps       demo-app, secret demo-secret; legacy-app, secret legacy-secret; user pool demo-pool
      users      alice, bob; get a user token:  ${ownCommand("dev-token alice", inClone)}
`;
}

/** Returns the text that `gateway` prints in development mode once it is ready. */
export function gatewayBanner(gatewayUrl: string, serviceAddress: string): string {
  return `
  The qrlogin gateway is listening on ${gatewayUrl} and calls the service on ${serviceAddress}

${warning}
${pageLinks(gatewayUrl)}
      apps       demo-app, legacy-app
`;
}

const warning =
  "  DEVELOPMENT MODE: public secrets, demo users, loopback only. Do not use it for real users.";

/** Returns the links to the demo pages. */
const pageLinks = (url: string): string => `
  Open two windows of your browser:
      ${url}/         the website: scan its QR code to sign in
      ${url}/phone    the phone: scan with the camera, choose an image, or paste the text
`;

const terminalExamples = `
  Or in terminals:
      npm run website                        shows a QR code and waits for the sign-in
      npm run phone -- 'THE SCANNED TEXT'    acts as the phone: shows who asks and lets you approve
  Or run both sides at once, against a separate server:
      npm run example
`;
