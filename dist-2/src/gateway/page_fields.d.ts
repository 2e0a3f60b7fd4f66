/** The fields of a new ticket that an app may leave to its pages. Pages have no credential: whoever likes can set them. */
export declare const pageFields: readonly ["deviceName", "location", "scene", "customData"];
export type PageField = (typeof pageFields)[number];
/** Throws INVALID_REQUEST with every field that the caller has set and the app does not leave to pages. */
export declare function checkPageFields(app: {
    readonly pageFields: ReadonlySet<PageField>;
}, given: Partial<Readonly<Record<PageField, unknown>>>): void;
