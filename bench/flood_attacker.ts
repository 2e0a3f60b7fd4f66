import { attacks } from "./flood_attacks.js";

// The attacker of a flood, in its own process (flood_attacker.js NAME PORT SCHEME AUTHORIZATION). It runs
// until it is killed.

const [name = "", port = "", scheme = "", authorization = ""] = process.argv.slice(2);
const attack = attacks[name];
if (!attack) throw new Error(`there is no attack "${name}"`);
process.on("disconnect", () => process.exit());
const begun = () => process.send?.("begun");
if (attack.length < 3) begun();
await attack({ port: Number(port), tls: scheme === "https" }, authorization, begun);
