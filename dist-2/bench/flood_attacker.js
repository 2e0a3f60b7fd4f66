import { attacks } from "./flood_attacks.js";
// The attacker of a flood: a process of its own (flood_attacker.js NAME PORT SCHEME AUTHORIZATION) that goes on until it is killed.
const [name = "", port = "", scheme = "", authorization = ""] = process.argv.slice(2);
const attack = attacks[name];
if (!attack)
    throw new Error(`there is no attack "${name}"`);
process.on("disconnect", () => process.exit());
const begun = () => process.send?.("begun");
if (attack.length < 3)
    begun();
await attack({ port: Number(port), tls: scheme === "https" }, authorization, begun);
