import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { codeBlocksOf, documents } from "./documents.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Blocks of TypeScript and JavaScript that are not cut out of a source. */
const blocks = documents
  .flatMap(codeBlocksOf)
  .filter(({ kind, isSnippet }) => /^[tj]s$/.test(kind) && !isSnippet);

/** Types of the gateway that JSON in the documents shows, by its first key. Other JSON is not checked here. */
const jsonTypes: Readonly<Record<string, string>> = { ticketId: "StatusResponse", step: "QrCodeStep" };

/** Bodies in the gateway's JSON, as values of their types. */
const bodies = codeBlocksOf("docs/gateway.md").flatMap((block) => {
  const type = block.kind === "json" ? jsonTypes[/^\{ "(\w+)"/.exec(block.code)?.[1] ?? ""] : undefined;
  if (type === undefined) return [];
  // One line more would move the places of the errors.
  return [{ ...block, kind: "ts", code: `({ ${block.code.slice(1).trim()}) satisfies ${type};` }];
});

/** Settings of the compiler, for files in another folder. */
const config = {
  extends: `${root}tsconfig.json`,
  compilerOptions: {
    lib: ["ES2023", "DOM", "DOM.Iterable"],
    allowJs: true,
    checkJs: true,
    noImplicitAny: false,
    typeRoots: [`${root}node_modules/@types`],
    paths: {
      "qrlogin/client": [`${root}src/client/index.ts`],
      "qrlogin/gateway": [`${root}src/gateway/index.ts`],
      "qrlogin/widget": [`${root}src/widget/index.ts`],
      "qrlogin/widget/languages/*": [`${root}src/widget/languages/*.ts`],
      "qrlogin/node": [`${root}src/gateway/node/index.ts`],
      "qrlogin/web": [`${root}src/gateway/web/index.ts`],
    },
  },
  include: ["*.ts", "*.js"],
  exclude: [],
  files: [`${root}test/documents/blocks/globals.d.ts`],
};

/** Returns what the compiler says of these blocks, with the line of the document in place of that of the file. */
async function problemsOf(checked: typeof blocks): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-blocks-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  // A file without import or export is no module, in which `await` is allowed.
  for (const [index, { kind, code }] of checked.entries()) {
    writeFileSync(join(folder, `block${index}.${kind}`), `${code}\nexport {};\n`);
  }
  const compiler = ["node_modules/typescript/bin/tsc", "--pretty", "false", "-p", folder];
  const output = await promisify(execFile)(process.execPath, compiler, { cwd: root }).catch((error) => error);
  const lines = String(output.stdout).trim().split("\n").filter(Boolean);
  return lines.map((line) =>
    line.replace(/^.*block(\d+)\.\ws\((\d+),\d+\)/, (_place, index, lineInBlock) => {
      const { document, line: fence } = checked[index] ?? {};
      return `${document}:${Number(fence) + Number(lineInBlock)}`;
    }),
  );
}

it("the TypeScript, JavaScript and JSON in the documents fits the types, and a wrong field would be found", async () => {
  const [block] = blocks.filter(({ code }) => code.includes("createAppClient({"));
  if (!block) throw new Error("no document creates a client");
  const wrong = { ...block, code: block.code.replace("appId:", "app:") };
  const found = expect.stringMatching(`^${block.document}:\\d+: error TS2353: .*'app' does not exist`);
  expect(bodies).toHaveLength(Object.keys(jsonTypes).length);
  expect(await problemsOf([...blocks, ...bodies, wrong])).toEqual([found]);
});
