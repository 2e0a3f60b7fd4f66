// @ts-check
/// <reference path="../../../src/widget/types/global.ts" />

// A page's own script: no import, no module.

QrLogin.startScanning("qrcode", {
  theme: "dark",
  /** @param {{ nickname: string }} user */
  onSuccess: (user, ticket) => user.nickname + ticket?.length,
  onError: (message, reason) => message + reason,
}).stop();

// @ts-expect-error: there is no such theme
QrLogin.startScanning("qrcode", { theme: "blue" });

// @ts-expect-error: the user is unknown unless the site says what it expects
QrLogin.startScanning("qrcode", { onSuccess: (user) => user.nickname });

const element = document.querySelector("qr-login");
if (element) element.options = { renewals: 5 };
element?.restart();

document.addEventListener("qr-login-code-show", ({ detail: [random, url] }) => random + url);
