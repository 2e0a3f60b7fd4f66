import { spawnSync } from "node:child_process";
import { createProject, shell } from "../languages/commands.js";
import { buildWithMaven, type Command, maven } from "../languages/maven.js";
import { findTool, type Tool, toolModeOf } from "../support/tools.js";

/** One of Authing's SDKs, as its registry has it, with a program that signs in with it. */
export interface Sdk {
  readonly title: string;
  readonly tool: Tool;
  /** Installs the SDK and the program in a temporary folder. Resolves with the command that runs the program. */
  build(): Promise<Command>;
  /** Results of calls that only this program makes. */
  readonly ownResults?: Readonly<Record<string, unknown>>;
}

const goModule = "github.com/Authing/authing-golang-sdk/v3";

/** False if this run uses no tools. */
const usesTools = toolModeOf(process.env) !== "none";

/** A checkout of the module, for machines whose module proxy does not have it. */
const goCheckout = process.env.AUTHING_GO_SDK;

/** Not every module proxy has the module, so the program is left out where there is none, also in CI. */
const hasGoModule =
  usesTools &&
  (goCheckout !== undefined || spawnSync("go", ["mod", "download", `${goModule}@v3.0.19`]).status === 0);
if (usesTools && !hasGoModule)
  console.warn(`SKIPPED Authing's SDK for Go: the module ${goModule} is missing`);

export const sdks: readonly Sdk[] = [
  {
    title: "Python",
    tool: findTool("Python with venv", () =>
      spawnSync("python3", ["-c", "import ensurepip, venv"]).status === 0
        ? undefined
        : "the module venv is missing",
    ),
    async build() {
      const folder = createProject("../authing_sdks/python");
      await shell(
        folder,
        `python3 -m venv venv
        venv/bin/pip install --quiet --disable-pip-version-check --requirement requirements.txt`,
      );
      return { folder, command: "venv/bin/python", args: ["sign_in.py"] };
    },
    ownResults: { unknownCall: 404 },
  },
  { title: "Java", tool: maven, build: () => buildWithMaven("../authing_sdks/java", "example.SignIn") },
  ...(hasGoModule
    ? [
        {
          title: "Go",
          tool: { isUsable: true, skipNote: "" },
          async build() {
            const folder = createProject("../authing_sdks/go");
            if (goCheckout !== undefined)
              await shell(folder, `go mod edit -replace "${goModule}=${goCheckout}"`);
            await shell(folder, "go build -mod=mod -o sign_in .");
            return { folder, command: "./sign_in", args: [] };
          },
          ownResults: { wrongSecret: "there is no app with this id and this secret" },
        },
      ]
    : []),
];
