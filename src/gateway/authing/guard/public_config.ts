import type { RegisteredApp } from "../../access/app_registry.js";

/** Authing's name for a sign-in with a code that the site's own mobile app scans: the only way that exists here. */
const appQrCode = "app-qrcode";

/** Address of the gateway, as its pages see it. */
export interface GatewayLocation {
  readonly origin: string;
  /** The path before all routes of the gateway. Empty if there is none. */
  readonly prefix: string;
}

/**
 * Returns the public configuration of an app, which Guard for the web reads before it shows anything. What an app has
 * is its name, its logo and one way to sign in. The rest is what Guard reads without a check; it is empty or off,
 * because it does not exist here.
 */
export function toPublicConfig(
  { id, display: { name, logo } }: Pick<RegisteredApp, "id" | "display">,
  { origin, prefix }: GatewayLocation,
): Record<string, unknown> {
  return {
    id,
    name: name ?? "",
    // A page of another origin would resolve a path at its own.
    logo: logo?.startsWith("/") ? `${origin}${logo}` : (logo ?? ""),
    loginTabs: { list: [appQrCode], default: appQrCode },
    qrCodeSortConfig: { loginMethodsSort: [appQrCode] },
    // Guard loads its icons from here. Its own default is a host of Authing's.
    cdnBase: `${origin}${prefix}`,
    // Guard sends it back in a header that the gateway ignores: the phone's token determines the user pool.
    userPoolId: "",
    qrcodeTabsSettings: {},
    registerTabs: { list: [], default: "" },
    passwordTabConfig: { validLoginMethods: [], validRegisterMethods: [] },
    verifyCodeTabConfig: { enabledLoginMethods: [], validRegisterMethods: [] },
    ssoPageComponentDisplay: {
      autoRegisterThenLoginHintInfo: false,
      forgetPasswordBtn: false,
      idpBtns: false,
      registerBtn: false,
      socialLoginBtns: false,
    },
    socialConnections: [],
    identityProviders: [],
    agreementEnabled: false,
    agreements: [],
    oidcConfig: { redirect_uris: [] },
  };
}

/** Guard's own texts: in the language of the browser at first, and in any that Guard has at the user's choice. */
export const guardPageConfig = { global: { defaultLanguage: "browser", showChangeLanguage: true } } as const;
