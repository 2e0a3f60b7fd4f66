/** Purposes of sealed texts. */
export const sealedKinds = ["handle", "authing-handle", "authing-exchange-ticket", "image"] as const;

/** The purpose of a sealed text. A text of one kind never opens as another kind. */
export type SealedKind = (typeof sealedKinds)[number];
