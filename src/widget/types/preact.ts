import type { ClassAttributes, HTMLAttributes } from "preact";
import type { QrLoginElement } from "../element.js";
import type { QrLoginProperties } from "./jsx.js";

declare module "preact" {
  namespace JSX {
    interface IntrinsicElements {
      "qr-login": QrLoginProperties & HTMLAttributes<QrLoginElement> & ClassAttributes<QrLoginElement>;
    }
  }
}
