/** Every text that the widget shows. Each can be replaced; `{name}` is the nickname, `{time}` what is left. */
export interface Texts {
    /** Above the code. */
    readonly title: string;
    /** Below the code, while it waits to be scanned. */
    readonly waiting: string;
    /** For who cannot see the picture. */
    readonly picture: string;
    readonly left: string;
    readonly loading: string;
    readonly scanned: string;
    readonly scannedBy: string;
    readonly notYou: string;
    readonly succeeded: string;
    readonly cancelled: string;
    readonly expired: string;
    readonly failed: string;
    readonly offline: string;
    readonly retry: string;
    /** Closes the dialogue. */
    readonly close: string;
}
/** Texts by the names that the hosted product's SDK gives them. */
export interface Tips {
    readonly title?: string;
    readonly scanned?: string;
    readonly succeed?: string;
    readonly canceled?: string;
    readonly expired?: string;
    readonly retry?: string;
    readonly failed?: string;
    /** Over the code. */
    readonly middleTitle?: string;
    /** Below the code. */
    readonly referText?: string;
}
/** The texts of a language (BCP 47), English where there are none of it, with those of the page in their place. */
export declare function mergedTexts(language: string, { tips, texts, }: {
    readonly tips?: Tips | undefined;
    readonly texts?: Partial<Texts> | undefined;
}): Texts;
/** The language that the texts are in: that of the page where the page has replaced all of ours. */
export declare function languageOf(texts: Texts, language: string): string;
