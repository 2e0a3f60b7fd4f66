/** A duration of the proto, in milliseconds. */
export declare function millisecondsOf(duration: {
    readonly seconds: number;
    readonly nanos: number;
} | undefined): number;
/** Milliseconds, as a duration of the proto. */
export declare function durationOf(ms: number): {
    seconds: number;
    nanos: number;
};
