import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { python } from "../support/python.js";
import { findTool, type Tool } from "../support/tools.js";

/** Checks of the generated code of one language. */
export interface Language {
  readonly title: string;
  /** File in this folder with the commands that generate the code. The documents show them. */
  readonly commands: string;
  /** Compilers and plugins. */
  readonly tool: Tool;
  /** Texts that generated files must contain, by file, since callers depend on them. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  /**
   * Shell command that compiles or loads the code, for languages where that is fast. Runs in the folder of
   * `gen/`.
   */
  readonly compile?: string;
}

const jars = [
  "protobuf",
  "grpc-api",
  "grpc-stub",
  "grpc-protobuf",
  "guava",
  "geronimo-annotation-1.3-spec",
].map((name) => `/usr/share/java/${name}.jar`);

/** Looks for what the code of a language needs. `findMissing` returns the first missing command or file. */
const needs = (language: string, findMissing: () => string | undefined): Tool =>
  findTool(`protoc for ${language}`, () => {
    const missing = findMissing();
    return missing && `${missing} is missing`;
  });

/** Returns the first of the commands and files that does not exist. */
export function firstMissing(commands: readonly string[], files: readonly string[] = []): string | undefined {
  return (
    ["protoc", ...commands].find(
      (command) => spawnSync("bash", ["-c", 'command -v "$0"', command]).status !== 0,
    ) ?? ["/usr/include/google/protobuf/struct.proto", ...files].find((file) => !existsSync(file))
  );
}

/** Returns `what` unless the command succeeds. */
export function unless(
  command: string,
  args: readonly string[],
  what: string,
  cwd?: URL,
): string | undefined {
  return spawnSync(command, args, { cwd }).status === 0 ? undefined : what;
}

export const languages: readonly Language[] = [
  {
    title: "Python",
    commands: "python/generate_with_protoc",
    tool: needs("Python", () =>
      python ? firstMissing(["grpc_python_plugin"]) : "a Python with grpcio and protobuf",
    ),
    names: { "qrlogin/v1/qr_login_service_pb2_grpc.py": ["class QrLoginServiceStub("] },
  },
  {
    title: "Go",
    commands: "go/generate",
    tool: needs(
      "Go",
      () =>
        firstMissing(["protoc-gen-go", "protoc-gen-go-grpc", "go"]) ??
        unless("go", ["mod", "download"], "the modules of test/languages/go", new URL("go", import.meta.url)),
    ),
    names: { "qrlogin/v1/ticket.pb.go": ["package qrloginv1"] },
  },
  {
    title: "Java and Kotlin",
    commands: "java/generate",
    tool: needs("Java and Kotlin", () => firstMissing(["grpc_java_plugin", "javac"], jars)),
    names: {
      "qrlogin/v1/UserInfo.java": ["package qrlogin.v1;", "public final class UserInfo"],
      "qrlogin/v1/TicketState.java": ["public enum TicketState"],
      "qrlogin/v1/TicketProto.java": ["public final class TicketProto"],
      "qrlogin/v1/QrLoginServiceProto.java": ["public final class QrLoginServiceProto"],
      "qrlogin/v1/ErrorReasonProto.java": ["public final class ErrorReasonProto"],
      "qrlogin/v1/UserInfoKt.kt": ["qrlogin.v1.UserInfo"],
    },
    compile: `javac -proc:none -d classes -cp ${jars.join(":")} $(find gen -name '*.java')`,
  },
  {
    title: "C++",
    commands: "cpp/generate",
    tool: needs("C++", () =>
      firstMissing(["grpc_cpp_plugin", "g++", "pkg-config"], ["/usr/include/grpcpp/grpcpp.h"]),
    ),
    names: { "qrlogin/v1/ticket.pb.h": ["namespace qrlogin {", "namespace v1 {"] },
  },
  {
    title: "Ruby",
    commands: "ruby/generate",
    tool: needs(
      "Ruby",
      () =>
        firstMissing(["grpc_ruby_plugin", "ruby"]) ??
        unless("ruby", ["-e", 'require "grpc"'], "the gem grpc"),
    ),
    names: { "qrlogin/v1/ticket_pb.rb": ["module QrLogin", "module V1"] },
    compile: `ruby -I gen -e '
      require "qrlogin/v1/error_reason_pb"
      require "qrlogin/v1/qr_login_service_services_pb"
      QrLogin::V1::QrLoginService::Stub && QrLogin::V1::UserInfo.new(email: "a@example.com") && QrLogin::V1::ErrorReason'`,
  },
  {
    title: "PHP",
    commands: "recipes/php",
    tool: needs("PHP", () => firstMissing(["grpc_php_plugin", "php"])),
    names: {
      "QrLogin/V1/UserInfo.php": ["namespace QrLogin\\V1;", "class UserInfo"],
      "QrLogin/V1/QrLoginServiceClient.php": ["namespace QrLogin\\V1;"],
      "QrLogin/V1/GPBMetadata/Ticket.php": ["namespace QrLogin\\V1\\GPBMetadata;"],
    },
    compile: "find gen -name '*.php' -print0 | xargs -0 -n 1 php -l",
  },
  {
    title: "C#",
    commands: "recipes/csharp",
    tool: needs("C#", () => firstMissing([])),
    names: { "Ticket.cs": ["namespace QrLogin.V1 {", "public enum TicketState"] },
  },
  {
    title: "Objective-C",
    commands: "recipes/objective_c",
    tool: needs("Objective-C", () => firstMissing([])),
    names: {
      "qrlogin/v1/QrLoginService.pbobjc.h": ["@interface QRLV1UserInfo :", "@interface QRLV1CancelRequest :"],
      "qrlogin/v1/Ticket.pbobjc.h": ["GPB_ENUM(QRLV1TicketState)"],
    },
  },
];

/** Returns the tool of a language. Throws if there is no such language. */
export function toolOf(title: string): Tool {
  const language = languages.find((one) => one.title === title);
  if (!language) throw new Error(`no language ${title}`);
  return language.tool;
}
