/** The purpose of a sealed text. A text of one kind never opens as another kind. */
export type SealedKind = "handle" | "authing-handle" | "authing-exchange-ticket" | "image";
