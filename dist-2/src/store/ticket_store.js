/** The back end of a store is away. */
export class StoreUnavailable extends Error {
    /** Whether the write may have happened all the same. */
    outcome;
    constructor(message, outcome = "not written", options) {
        super(message, options);
        this.name = "StoreUnavailable";
        this.outcome = outcome;
    }
}
