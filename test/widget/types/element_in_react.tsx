/** @jsxImportSource react */
import type { QrLoginElement, ScanOptions } from "qrlogin/widget";
import type {} from "../../../src/widget/types/react.js";

declare const options: ScanOptions;
declare const ref: { current: QrLoginElement | null };

export const element = (
  <qr-login
    app-id="shop"
    className="login"
    ref={ref}
    renewals={5}
    options={options}
    onqr-login-success={({ detail: [_user, ticket] }) => ticket?.length}
  />
);

// @ts-expect-error: there is no such theme
export const wrongTheme = <qr-login theme="blue" />;
// @ts-expect-error: the attribute's name is app-id
export const wrongName = <qr-login appId="shop" />;
