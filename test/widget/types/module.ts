import {
  GatewayError,
  geneCode,
  type QrLoginEventMap,
  type ScanOptions,
  startPolling,
  startScanning,
} from "qrlogin/widget";

interface User {
  readonly nickname: string;
}

const isString = (_value: string): void => {};

startScanning<User>("qrcode", { onSuccess: (user) => isString(user.nickname) });
startScanning("qrcode", { onSuccess: (user: User) => isString(user.nickname) });
startPolling<User>("random", { onSuccess: ({ nickname }, ticket) => isString(ticket ?? nickname) });
// @ts-expect-error: the user has no such field
startScanning<User>("qrcode", { onSuccess: (user) => user.name });
// @ts-expect-error: the user is unknown
startScanning("qrcode", { onSuccess: (user) => user.nickname });
// @ts-expect-error: there is no such option
startScanning("qrcode", { onSucces: () => {} });

// Options for a certain user fit where no user is named.
const options: ScanOptions = { onSuccess: (user: User) => isString(user.nickname) };

const element = document.createElement("qr-login");
element.options = options;
element.restart();
element.addEventListener("qr-login-success", ({ detail: [_user, ticket] }) => isString(ticket ?? ""));
element.addEventListener("qr-login-check-code", ({ detail: [{ digits }] }) => digits.toFixed());
window.addEventListener("qr-login-error", ({ detail: [message, reason] }) => isString(message + reason));
document.body.addEventListener("qr-login-cancel", ({ detail }) => detail satisfies []);
// @ts-expect-error: there is no such callback, and so no such event
"qr-login-mfa" satisfies keyof QrLoginEventMap;
// @ts-expect-error: the message comes first
element.addEventListener("qr-login-error", ({ detail: [first] }) => first satisfies number);

geneCode({ appId: "shop" }).then(
  ({ random, url }) => isString(random + url),
  (error) => error instanceof GatewayError && isString(error.reason),
);
