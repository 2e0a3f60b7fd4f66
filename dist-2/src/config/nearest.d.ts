/** The word that `word` was most likely meant to be, if one is close: another case or hyphen, or up to two letters wrong. */
export declare function nearest(word: string, candidates: readonly string[]): string | undefined;
