import type { Scene } from "./session.js";
declare const paths: Readonly<Record<Exclude<Scene["kind"], "waiting"> | "person" | "close", string>>;
/** A drawing that says nothing to a screen reader: a text beside it does. */
export declare function icon(name: keyof typeof paths): SVGElement;
/** An element with these properties and children. No text ever becomes markup. */
export declare function make<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, properties?: Partial<HTMLElementTagNameMap[Tag]>, ...children: (Node | string)[]): HTMLElementTagNameMap[Tag];
export {};
