import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findTool, type Tool } from "../support/tools.js";

const execute = promisify(execFile);
const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Folder with the jars of kotlin/pom.xml, if {@link kotlin} can be used. */
let jars = "";

/** JDK, and the Kotlin compiler from Maven Central. */
export const kotlin: Tool = findTool("a JDK, Maven and the Kotlin compiler", () => {
  jars = mkdtempSync(join(tmpdir(), "qrlogin-kotlin-"));
  process.on("exit", () => rmSync(jars, { recursive: true, force: true }));
  const copy = ["-q", "-B", "-f", path("kotlin/pom.xml"), "dependency:copy-dependencies"];
  const { status } = spawnSync("mvn", [...copy, `-DoutputDirectory=${jars}`]);
  return status === 0 ? undefined : "mvn cannot resolve the jars of test/languages/kotlin/pom.xml";
});

/** Command that runs a program. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/** Compiles QrLogin.kt with the program that runs its calls. Warnings are errors. */
export async function compileKotlin(): Promise<Command> {
  const classes = join(jars, "classes");
  const sources = [path("../../examples/phone/QrLogin.kt"), path("kotlin/Main.kt")];
  const libraries = readdirSync(jars).map((name) => join(jars, name));
  const classpath = libraries.join(delimiter);
  const options = ["-Werror", "-no-stdlib", "-no-reflect", "-cp", classpath, "-d", classes];
  const compiler = "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler";
  await execute("java", ["-cp", classpath, compiler, ...options, ...sources]);
  return { command: "java", args: ["-cp", [classes, classpath].join(delimiter), "example.MainKt"] };
}
