import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Argument, type Command } from "commander";
import { ownCommand } from "../../base/own_command.js";
import { newSecret } from "../../domain/secrets.js";
import {
  fileNames,
  type InitialSecrets,
  type Installation,
  installations,
  renderGatewayFile,
  renderServiceFile,
} from "./initial_files.js";

/** The part of its process that the command uses. */
interface InitEnvironment {
  /** Writes a line to standard output. */
  print(text: string): void;
}

/** Adds the command that writes the first configuration of an installation. It asks nothing. */
export function addInitCommand(root: Command, environment: InitEnvironment): void {
  root
    .command("init")
    .description("write commented configuration files with fresh secrets; never overwrites a file")
    .addArgument(
      new Argument(
        "<installation>",
        "one node, several nodes with Redis, or with all that a company needs",
      ).choices(installations),
    )
    .option("--out <folder>", "folder for the files", ".")
    .action((kind: Installation, { out }: { readonly out: string }) => {
      environment.print(writeInitialFiles(kind, out));
    });
}

/**
 * Writes the files, readable by their owner alone. Returns the next steps, with the secrets that are in no file.
 *
 * @throws Error when one of the files exists. Then none is written.
 */
function writeInitialFiles(kind: Installation, folder: string): string {
  const secrets = { app: newSecret(), handleKey: newSecret(), admin: newSecret() };
  const pathOf = (name: string) => join(folder, name);
  const absolutePathOf = (name: string) => resolve(folder, name);
  const files = new Map([
    [pathOf(fileNames.service), renderServiceFile(kind, secrets, absolutePathOf)],
    [pathOf(fileNames.gateway), renderGatewayFile(kind, secrets, absolutePathOf)],
  ]);
  if (kind === "company") {
    files.set(pathOf(fileNames.signingKey), newSigningKey());
    files.set(pathOf(fileNames.appSecret), `${secrets.app}\n`);
    files.set(pathOf(fileNames.handleKeys), `${secrets.handleKey}\n`);
  }
  const existing = [...files.keys()].filter((path) => existsSync(path));
  if (existing.length > 0) {
    throw new Error(`${existing.join(" and ")} already exists; name another folder with --out, or remove it`);
  }
  mkdirSync(folder, { recursive: true });
  // The flag refuses a file that has appeared meanwhile.
  for (const [path, text] of files) writeFileSync(path, text, { flag: "wx", mode: 0o600 });
  return describeNextSteps(kind, [...files.keys()], secrets, pathOf);
}

function newSigningKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ format: "pem", type: "pkcs8" }).toString();
}

function describeNextSteps(
  kind: Installation,
  files: readonly string[],
  secrets: InitialSecrets,
  pathOf: (name: string) => string,
): string {
  const [service, gateway] = [pathOf(fileNames.service), pathOf(fileNames.gateway)];
  return `
  Written, readable by you alone: ${files.join(", ")}

${kind === "company" ? describeCompanySecrets(secrets, pathOf(fileNames.appSecret)) : describeAppSecret(secrets)}
  Next:
      1. Change what is marked CHANGE in ${service}.
      2. ${ownCommand(`check-config ${service}`)}
         ${ownCommand(`check-config ${gateway}`)}
      3. ${ownCommand(`serve --config ${service}`)}
         ${ownCommand(`gateway --config ${gateway}`)}
`;
}

const describeAppSecret = ({ app }: InitialSecrets) =>
  `  The secret of the app shop, for a backend of your own (the gateway has it in its file):
      ${app}
`;

const describeCompanySecrets = ({ admin }: InitialSecrets, appSecretFile: string) =>
  `  The secret of the app shop, for the gateway and for a backend of your own, is in ${appSecretFile}.
  The secret of the administrator ops, which is in no file. Keep it now:
      ${admin}
`;
