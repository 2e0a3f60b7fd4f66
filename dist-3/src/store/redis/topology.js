import { connect } from "./connection.js";
import { slotOf } from "./naming.js";
/** One server, always the same. */
export function singleServer(address) {
    const layout = { primaries: [address], primaryOf: () => address, replicas: undefined };
    return { kind: "single", locate: async () => layout };
}
/** The primary that Sentinels know. All are asked, and the one that knows of the latest failover is believed. */
export function sentinels({ name, nodes, login, timeout }) {
    async function view(connection) {
        const primary = pairsOf(await connection.call(["SENTINEL", "MASTER", name]));
        // All of them, those as well that are never promoted (priority 0): WAIT counts them too, and does not say which ones.
        const replicas = listOf(await connection.call(["SENTINEL", "REPLICAS", name]));
        const address = `${primary.ip}:${primary.port}`;
        const layout = { primaries: [address], primaryOf: () => address, replicas: replicas.length };
        return { epoch: Number(primary["config-epoch"]), layout };
    }
    return { kind: "sentinel", locate: () => latest("Sentinel", nodes, login, timeout, view) };
}
/** A Redis Cluster. All its nodes that are known are asked, and the one with the latest configuration is believed. */
export function cluster({ nodes, login, timeout }) {
    let known = new Set(nodes);
    async function view(connection, asked) {
        const info = String(await connection.call(["CLUSTER", "INFO"]));
        // The slots are told without the replicas that are away, and those may come back and be promoted.
        const replicas = mostReplicas(String(await connection.call(["CLUSTER", "NODES"])));
        const layout = layoutOf(listOf(await connection.call(["CLUSTER", "SLOTS"])), asked, replicas);
        if (layout.primaries.length === 0)
            throw new Error("its Cluster serves no slots");
        return { epoch: Number(/cluster_current_epoch:(\d+)/.exec(info)?.[1] ?? 0), layout };
    }
    return {
        kind: "cluster",
        async locate() {
            const layout = await latest("Cluster node", [...known], login, timeout, view);
            // Not those of all times: an address that was given up may be another Cluster's tomorrow.
            known = new Set([...nodes, ...layout.primaries]);
            return layout;
        },
    };
}
/** What the answer to CLUSTER NODES says: a line for each node, with its primary's id in the fourth place if it is a replica. */
function mostReplicas(nodes) {
    const primaries = nodes.split("\n").flatMap((line) => {
        const [, , flags = "", primary] = line.split(" ");
        return flags.split(",").includes("slave") ? [primary] : [];
    });
    return Math.max(0, ...primaries.map((id) => primaries.filter((other) => other === id).length));
}
/** What the answer to CLUSTER SLOTS says: of each range of slots the first, the last, the primary and the replicas. */
function layoutOf(ranges, asked, replicas) {
    const owners = [];
    for (const range of ranges) {
        const [first, last, primary] = listOf(range);
        const [host, port] = listOf(primary);
        // A node that does not know its own name says none.
        const address = `${host || asked.slice(0, asked.lastIndexOf(":"))}:${port}`;
        for (let slot = Number(first); slot <= Number(last); slot++)
            owners[slot] = address;
    }
    return {
        primaries: [...new Set(owners.filter((owner) => owner !== undefined))],
        primaryOf: (tag) => owners[slotOf(tag)],
        replicas,
    };
}
/** Asks all nodes at once. A node that was cut off from the others answers what was true before. */
async function latest(what, nodes, login, timeout, view) {
    const answers = await Promise.allSettled(nodes.map(async (address) => {
        const connection = await connect(address, login, timeout);
        try {
            return await view(connection, address);
        }
        finally {
            connection.close();
        }
    }));
    const views = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
    const [newest] = views.toSorted((a, b) => b.epoch - a.epoch);
    if (newest)
        return newest.layout;
    const reasons = answers.map((answer, index) => `${nodes[index]}: ${answer.status === "rejected" && answer.reason instanceof Error ? answer.reason.message : "no answer"}`);
    throw new Error(`no ${what} answers: ${reasons.join("; ")}`);
}
/** Names and values that follow each other, as Redis writes a map in its older protocol. */
function pairsOf(reply) {
    const flat = listOf(reply).map(String);
    return Object.fromEntries(flat.flatMap((name, index) => (index % 2 ? [] : [[name, flat[index + 1] ?? ""]])));
}
function listOf(reply) {
    return Array.isArray(reply) ? reply : [];
}
