import { createFairQueue } from "../domain/fair_queue.js";
import { HttpRefusal } from "./refusal.js";
/** A network has four times what an address has, and neither has more than half of all. */
const networkFactor = 4;
export function createStreamSlots({ streams, streamsPerAddress }) {
    const half = Math.ceil(streams / 2);
    const perAddress = Math.min(streamsPerAddress, half);
    const perNetwork = Math.min(streamsPerAddress * networkFactor, half);
    const open = createFairQueue(streams);
    const ofNetworks = new Map();
    return {
        take({ address, network = "" }, end) {
            const inNetwork = ofNetworks.get(network) ?? 0;
            if (open.countOf(address) >= perAddress)
                throw exhausted();
            if (network !== "" && inNetwork >= perNetwork)
                throw exhausted();
            // An entry of its own, whatever the caller hands in.
            const entry = () => end();
            const displaced = open.add(address, entry);
            if (displaced === entry)
                throw exhausted();
            displaced?.();
            if (network !== "")
                ofNetworks.set(network, inNetwork + 1);
            return () => {
                open.remove(address, entry);
                if (network === "")
                    return;
                const left = (ofNetworks.get(network) ?? 1) - 1;
                if (left > 0)
                    ofNetworks.set(network, left);
                else
                    ofNetworks.delete(network);
            };
        },
    };
}
function exhausted() {
    const text = "there are as many streams as there may be";
    return new HttpRefusal(503, "STREAMS_EXHAUSTED", text, { retryAfterMs: 5_000 });
}
