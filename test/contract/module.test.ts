import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { findTool } from "../support/tools.js";
import { files } from "./descriptors.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "proto/buf.md"), "utf8");
const buf = join(root, "node_modules/.bin/buf");

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-module-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const filesIn = (folder: string, name: RegExp) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => name.test(file))
    .sort();

const goTool = findTool("protoc and protoc-gen-go", () =>
  ["protoc", "protoc-gen-go"]
    .filter((command) => spawnSync("bash", ["-c", 'command -v "$0"', command]).status !== 0)
    .map((command) => `${command} is missing`)
    .at(0),
);

describe("the module of buf", () => {
  it("the module has the proto files, its page and the licence", () => {
    const folder = createFolder();
    const { stderr } = spawnSync(buf, ["export", "proto", "--all", "-o", folder], {
      cwd: root,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(filesIn(folder, /\.\w+$|LICENSE$/)).toEqual(
      ["LICENSE", "buf.md", ...files.map(({ name }) => name)].sort(),
    );
    const listed = [...page.matchAll(/^\| `(qrlogin\/.*?\.proto)` \|/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual(files.map(({ name }) => name).sort());
  });

  it("the links of the module's page lead to files of this repository", () => {
    const links = [
      ...page.matchAll(/https:\/\/github\.com\/qrlogin\/qrlogin\/(?:blob|tree)\/main\/([\w/.-]+)/g),
    ];
    expect(links.length).toBeGreaterThan(0);
    expect(links.map(([, path = ""]) => path).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it.skipIf(!goTool.isUsable)(
    `each command of the module's page generates code from a folder with nothing but proto${goTool.skipNote}`,
    () => {
      const commands = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code = ""]) => code);
      expect(commands).toHaveLength(2);
      for (const command of commands) {
        const folder = createFolder();
        spawnSync("cp", ["-r", join(root, "proto"), folder]);
        const env = {
          ...process.env,
          PATH: [join(root, "node_modules/.bin"), process.env.PATH].join(delimiter),
        };
        const { status, stderr } = spawnSync("bash", ["-euc", command], {
          cwd: folder,
          env,
          encoding: "utf8",
        });
        expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
        expect(filesIn(folder, /\.pb\.go$/)).toHaveLength(files.length);
      }
    },
  );
});
