/** Returns whether the text has more than `max` characters, counted as code points: an emoji is one or a few, not its UTF-16 units. */
export declare function hasMoreCharacters(text: string, max: number): boolean;
