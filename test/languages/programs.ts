import { spawnSync } from "node:child_process";
import { findTool, type Tool, toolModeOf } from "../support/tools.js";
import { createProject, here, shell } from "./commands.js";
import { toolOf, unless } from "./languages.js";
import { buildWithMaven, type Command, maven } from "./maven.js";

/** Program that signs in with the generated code of a language. The documents show it. */
export interface Program {
  readonly title: string;
  readonly tool: Tool;
  /** Generates the code and builds the program in a temporary folder. Resolves with the command that runs it. */
  build(): Promise<Command>;
}

/** Path of the Rust program, and where cargo keeps its build between two runs. */
const rust = here("rust");

/** False if this run uses no tools. */
const usesTools = toolModeOf(process.env) !== "none";

/** The distributions have older ones, so the program is left out where there is none, also in CI. */
const hasCargo =
  usesTools &&
  spawnSync("cargo", ["metadata", "--no-deps", "--format-version=1"], { cwd: rust }).status === 0;
if (usesTools && !hasCargo) console.warn("SKIPPED the program for Rust, which needs cargo 1.88 or later");

export const programs: readonly Program[] = [
  {
    title: "Python",
    tool: findTool("Python with venv", () =>
      unless("python3", ["-c", "import ensurepip, venv"], "the module venv is missing"),
    ),
    async build() {
      const folder = createProject("python");
      await shell(
        folder,
        `python3 -m venv venv
        PATH="$PWD/venv/bin:$PATH"
        pip install --quiet --disable-pip-version-check --requirement requirements.txt
        source generate`,
      );
      return { folder, command: "env", args: ["PYTHONPATH=gen", "venv/bin/python", "sign_in.py"] };
    },
  },
  {
    title: "Go",
    tool: toolOf("Go"),
    async build() {
      const folder = createProject("go");
      await shell(folder, "source generate && go build -o sign_in .");
      return { folder, command: "./sign_in", args: [] };
    },
  },
  { title: "Java", tool: maven, build: () => buildWithMaven("java", "example.SignIn") },
  { title: "Kotlin", tool: maven, build: () => buildWithMaven("kotlin_grpc", "example.SignInKt") },
  {
    title: "C++",
    tool: toolOf("C++"),
    async build() {
      const folder = createProject("cpp", "../../clients/cpp/src/error_details.proto");
      await shell(folder, "source generate && source build");
      return { folder, command: "./sign_in", args: [] };
    },
  },
  {
    title: "Ruby",
    tool: toolOf("Ruby"),
    async build() {
      const folder = createProject("ruby");
      await shell(folder, "source generate");
      return { folder, command: "ruby", args: ["-I", "gen", "sign_in.rb"] };
    },
  },
  ...(hasCargo
    ? [
        {
          title: "Rust",
          tool: { isUsable: true, skipNote: "" },
          async build() {
            const folder = createProject("rust");
            await shell(folder, `CARGO_TARGET_DIR="${rust}/target" cargo build --quiet --locked`);
            return { folder, command: `${rust}/target/debug/shop`, args: [] };
          },
        },
      ]
    : []),
];
