import { readFileSync } from "node:fs";
import { renderReasons } from "./page.js";

// Reads a file descriptor set with source info from standard input, and writes the page to standard output.
process.stdout.write(renderReasons(readFileSync(0)));
