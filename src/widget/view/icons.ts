import type { ViewState } from "../machine/effects.js";

const cross = "M6 6l12 12M18 6L6 18";
const person = "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M5 20a7 7 0 0 1 14 0";

const iconPaths: Readonly<Record<Exclude<ViewState["kind"], "waiting"> | "close", string>> = {
  loading: "M12 3a9 9 0 1 0 9 9",
  scanned: person,
  checkCode: person,
  succeeded: "M5 12.5l4.5 4.5L19 7.5",
  cancelled: cross,
  checkCodeFailed: cross,
  expired: "M12 7v5l3 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0",
  failed: "M12 4v10M12 19h.01",
  phone: "M5 5h14v10H5zM2 19h20",
  close: cross,
};

/** Creates an icon that is hidden from screen readers. The text beside it carries the meaning. */
export function createIcon(name: keyof typeof iconPaths): SVGElement {
  const svgNamespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(svgNamespace, "svg");
  const path = document.createElementNS(svgNamespace, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.ariaHidden = "true";
  path.setAttribute("d", iconPaths[name]);
  svg.append(path);
  return svg;
}

/** Names of the elements that a page can style with `::part`: see docs/widget.md. */
type Part =
  | ("box" | "logo" | "app-name" | "title" | "code" | "status" | "steps" | "step" | "countdown")
  | ("button" | "close" | "field");

/** Properties of an element. `part` is set as a text. */
type Properties<Element> = Partial<Omit<Element, "part">> & { readonly part?: Part };

/** Creates an element with properties and children. Text is never parsed as markup. */
export function createElement<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties<HTMLElementTagNameMap[Tag]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}
