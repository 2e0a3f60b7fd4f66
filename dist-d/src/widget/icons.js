const tick = "M5 12.5l4.5 4.5L19 7.5";
const paths = {
    loading: "M12 3a9 9 0 1 0 9 9",
    scanned: tick,
    succeeded: tick,
    cancelled: "M6 6l12 12M18 6L6 18",
    expired: "M12 7v5l3 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0",
    failed: "M12 7v6M12 17h.01",
    person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M5 20a7 7 0 0 1 14 0",
    close: "M6 6l12 12M18 6L6 18",
};
/** A drawing that says nothing to a screen reader: a text beside it does. */
export function icon(name) {
    const space = "http://www.w3.org/2000/svg";
    const drawing = document.createElementNS(space, "svg");
    const path = document.createElementNS(space, "path");
    drawing.setAttribute("viewBox", "0 0 24 24");
    drawing.setAttribute("aria-hidden", "true");
    path.setAttribute("d", paths[name]);
    drawing.append(path);
    return drawing;
}
/** An element with these properties and children. No text ever becomes markup. */
export function make(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
}
