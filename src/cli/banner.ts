/** What development mode says when it is ready: what it is, and what to do next. */
export function serveBanner(grpcAddress: string, gatewayUrl: string): string {
  return `
  qrlogin serves on ${grpcAddress}, its gateway for browsers on ${gatewayUrl}

${warning}
${pageLinks(gatewayUrl)}
  Or in terminals:
      npm run website                        draws a code and waits for the sign-in
      npm run phone -- 'THE SCANNED TEXT'    is the phone: shows who asks, and asks you
  Or watch both sides at once, on a server of its own:
      npm run example

  For your own website and phone app:
      apps       demo-app, secret demo-secret; legacy-app, secret legacy-secret; user pool demo-pool
      users      alice, bob; a token of one:  npm run --silent qrlogin -- dev-token alice
`;
}

/** The same of a gateway by itself. */
export function gatewayBanner(gatewayUrl: string, serviceAddress: string): string {
  return `
  The qrlogin gateway serves on ${gatewayUrl} and calls the service on ${serviceAddress}

${warning}
${pageLinks(gatewayUrl)}
      apps       demo-app, legacy-app
`;
}

const warning = "  DEVELOPMENT MODE: public secrets, demo users, loopback only. Never for real users.";

/** What to open first. */
const pageLinks = (url: string): string => `
  Open two windows of your browser:
      ${url}/         a website: scan its code and you are signed in
      ${url}/phone    the phone: scans by camera, from a picture, or what you copy and paste
`;
