import type * as React from "react";
import type { QrLoginElement } from "../element.js";
import type { QrLoginProperties } from "./jsx.js";

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "qr-login": QrLoginProperties &
        React.HTMLAttributes<QrLoginElement> &
        React.ClassAttributes<QrLoginElement>;
    }
  }
}
