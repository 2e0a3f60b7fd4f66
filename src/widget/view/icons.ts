import type { ViewState } from "../machine/effects.js";

const circle = "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0";
const cross = `M9 9l6 6M15 9l-6 6${circle}`;
const person = "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M5 20a7 7 0 0 1 14 0";

const arc = "M12 3a9 9 0 1 0 9 9";

const iconPaths: Readonly<Record<ViewState["kind"] | "close", string>> = {
  loading: arc,
  waiting: arc,
  scanned: person,
  checkCode: person,
  succeeded: `M8 12.5l3 3L16 9.5${circle}`,
  cancelled: cross,
  checkCodeFailed: cross,
  expired: `M12 7v5l3 2${circle}`,
  failed: `M12 7v6M12 16.5h.01${circle}`,
  phone: "M5 5h14v10H5zM2 19h20",
  close: "M6 6l12 12M18 6L6 18",
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

/**
 * Creates an element with properties and children. Text is never parsed as markup. Pages can style the element by each
 * of its classes, as `::part`: see docs/widget.md.
 */
export function createElement<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<HTMLElementTagNameMap[Tag]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = Object.assign(document.createElement(tag), properties);
  element.part.value = element.className;
  element.append(...children);
  return element;
}
