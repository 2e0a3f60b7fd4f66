import { serializeQrContent } from "../../src/qr/qr_content.js";

export const ticket = {
  scene: "APP_AUTH",
  ticketId: "q83vEjRWeJCrze8SNFZ4kA",
  step: undefined,
  userPoolId: "demo-pool",
  createdAt: Date.UTC(2026, 10, 23, 9, 30, 0, 7),
  expiresAt: Date.UTC(2026, 10, 23, 9, 32, 0, 7),
};

/**
 * Custom data of exactly 512 bytes as drawn, the maximum. Mixed like real data, and not compressible by an
 * encoder.
 */
export const fullCustomData = JSON.stringify({ order: "4kX/9z+Qa".repeat(56).slice(0, 500) });

const step = { number: 17, proof: "b4Qz-1Lw_xT9" };

/** Contents of the codes in the tests and in docs/qr-code.md. */
export const contents = {
  none: serializeQrContent({ ...ticket, customData: undefined }),
  full: serializeQrContent({ ...ticket, customData: fullCustomData }),
  /** Codes that change. Every step has the same length. */
  changing: serializeQrContent({ ...ticket, step, customData: undefined }),
  changingFull: serializeQrContent({ ...ticket, step, customData: fullCustomData }),
  /** Nearly the maximum size as drawn, in another script with six bytes per character. */
  fullOfHan: serializeQrContent({
    ...ticket,
    customData: JSON.stringify({ 注文: `${"商品番号登録確認".repeat(10)}十` }),
  }),
};
