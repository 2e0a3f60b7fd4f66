import { createImageRenderer, drawingName, imageOf, } from "../qr/image.js";
import { ticketNotFound } from "./refusal.js";
import { createSharedWork } from "./shared_work.js";
/** So many drawings are remembered: a few megabytes. */
const maxRemembered = 1_000;
export function createPictures(seal) {
    // Two queues: whoever asks for many pictures by name must not keep others from a code of their own.
    const byName = createImageRenderer();
    const atOnce = createImageRenderer();
    const drawn = new Map();
    const drawings = createSharedWork();
    async function remembered(qrContent, options, { address, signal }) {
        const name = drawingName(qrContent, options);
        const known = drawn.get(name);
        if (known)
            return known;
        const drawing = await drawings.ask(name, (unwanted) => byName.draw(qrContent, options, { caller: address, signal: unwanted }), signal);
        const [oldest] = drawn.keys();
        if (drawn.size >= maxRemembered && oldest !== undefined)
            drawn.delete(oldest);
        drawn.set(name, drawing);
        return drawing;
    }
    return {
        name: (qrContent, expiresAt) => seal.seal("picture", qrContent, { expiresAt }),
        async named(name, options, by) {
            const opened = await seal.open("picture", name);
            if (typeof opened?.content !== "string")
                throw ticketNotFound();
            return imageOf(await remembered(opened.content, options, by), options);
        },
        draw: (qrContent, options, { address, signal }) => atOnce.render(qrContent, options, { caller: address, signal }),
        async close() {
            drawn.clear();
            await Promise.all([byName.close(), atOnce.close()]);
        },
    };
}
