import { readFileSync, writeFileSync } from "node:fs";
import { createJsonSchema } from "./json_schema.js";
import { renewReference } from "./reference.js";

// Writes the JSON Schema of the configuration file, and renews the tables of keys in its document.
writeFileSync("gen/config.schema.json", `${JSON.stringify(createJsonSchema(), null, 1)}\n`);
const document = "docs/configuration.md";
writeFileSync(document, renewReference(readFileSync(document, "utf8")));
