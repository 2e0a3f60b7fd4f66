// @ts-check
/// <reference types="qrlogin/widget/global" />

// Script of a page that loads the widget from a gateway, checked with the types of the installed package.
QrLogin.addLanguage("fr", { title: "Connexion" });
QrLogin.startScanning("qrcode", {
  /** @param {{ nickname: string }} user */
  onSuccess: (user) => document.body.append(user.nickname),
});
document.addEventListener("qr-login-error", ({ detail: [message, reason] }) => alert(message + reason));
// @ts-expect-error: there is no such option
QrLogin.startScanning("qrcode", { onSucces: () => {} });
