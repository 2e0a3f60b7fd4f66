import { type CheckScope, checkConfig } from "./checks/check_config.js";
import { findPlaceholders } from "./checks/find_placeholders.js";
import type { AppConfig, Config, TokenIssuerConfig, UserPoolConfig } from "./config.js";
import { ConfigError, type Problem, type ReportedProblem, withoutPathsOf } from "./config_error.js";
import {
  applyEnvironment,
  configFileVariable,
  type Environment,
  type EnvironmentValue,
  readEnvironment,
  variableFor,
} from "./environment.js";
import { namedFiles } from "./files/named_files.js";
import { readYamlFile, unreadableYaml, type YamlFile } from "./files/yaml_file.js";
import { resolveOutgoing } from "./outgoing.js";
import { isSamePath, reportProblem } from "./report_problem.js";
import { configSchema } from "./schema/config_schema.js";
import { parseWithSchema } from "./schema/parse_with_schema.js";
import { isMap, parseValidPart, type Setting } from "./schema/schema_tree.js";
import { locateInSecretFiles, resolveSecretFiles } from "./secret_files.js";

/** Sources of the configuration. */
export interface ConfigSources {
  /** Requested file. Takes precedence over the file that `QRLOGIN_CONFIG` names. */
  readonly file?: string | undefined;
  readonly env: Environment;
  /** Configuration of development mode. If absent, there is no development mode. */
  readonly developmentPreset?: DevelopmentPreset | undefined;
  /** Purpose of the configuration. `serve` by default. */
  readonly purpose?: Purpose | undefined;
  /**
   * Wall time at which `check` validates certificates, in milliseconds since the Unix epoch. The current time
   * by default.
   */
  readonly now?: number | undefined;
}

/** Configuration of development mode. */
export interface DevelopmentPreset {
  readonly apps: readonly AppConfig[];
  readonly userPools: readonly UserPoolConfig[];
  readonly tokenIssuer?: TokenIssuerConfig;
  /** Values of the section `grpc`, as in a file. The environment overrides them. */
  readonly grpc?: object;
  /** Values of the section `gateway`, as in a file. The environment overrides them. */
  readonly gateway?: object;
}

/**
 * Purpose of a configuration. `serve` requires apps and user pools; `gateway` requires only its section. Both
 * skip checks that only the other one needs, for instance of files that they may not be able to read. `check`
 * runs all checks; `diagnose` does too, except for the validity of certificates, which the doctor reports itself.
 */
export type Purpose = "serve" | "gateway" | "check" | "diagnose";

/**
 * Reads the configuration: the file, overridden by the environment, and then checked. The result is frozen.
 *
 * Without a file and without identities in the environment (apps, user pools, apps of the gateway), returns
 * the configuration of development mode.
 *
 * @throws ConfigError with all problems.
 */
export function loadConfig(sources: ConfigSources): Config {
  const reading = readConfig(sources);
  if ("error" in reading) throw reading.error;
  return reading.config;
}

/** Result of reading the configuration. */
export type ConfigReading = {
  /** Configuration file, and all files that it and the environment name. A change of any of them may matter. */
  readonly files: readonly string[];
  /** Those of them that have a secret. */
  readonly secretFiles: readonly string[];
} & ({ readonly config: Config } | { readonly error: ConfigError });

/** Reads the configuration like {@link loadConfig}, and also returns on which files it depends. */
export function readConfig({
  file,
  env,
  developmentPreset,
  purpose = "serve",
  now = Date.now(),
}: ConfigSources): ConfigReading {
  const { values, problems: variableProblems, files: variableFiles } = readEnvironment(env);
  const source = findConfigFile(file, env);
  const isDevelopment =
    developmentPreset !== undefined &&
    source === undefined &&
    !values.some(({ setting }) => isIdentity(setting));

  const preset = isDevelopment ? toPresetContent(developmentPreset) : {};
  const yaml = source && readConfigFile(source);
  const { content, problems: fileProblems } = yaml ?? { content: preset, problems: [] };
  const named = applyEnvironment(content, values);
  const isUsed = (section: string) => isDevelopment || usesSection(purpose, section);
  const {
    content: merged,
    problems: secretProblems,
    sources: secrets,
  } = resolveSecretFiles(configSchema, named, isUsed);
  const { value, problems: schemaProblems } = parseWithSchema(configSchema, merged);
  const scope = {
    ...checkScopeFor(purpose, merged, isDevelopment),
    certificatesAt: purpose === "check" ? now : undefined,
  };
  const checkProblems = checkConfig(parseValidPart(configSchema, merged) ?? {}, scope);
  // If the file cannot be read, missing values may be in it, so that only the environment is checked.
  const judgedProblems =
    fileProblems.length === 0
      ? withPlaceholders(merged, [
          ...schemaProblems,
          ...withoutPathsOf(schemaProblems, checkProblems),
          ...(purpose === "gateway" ? checkGatewayPresence(merged) : []),
        ])
      : schemaProblems.filter(isFrom(values));
  const outgoing = value && resolveOutgoing(value.outgoing, env);
  const configProblems = [...secretProblems, ...locateInSecretFiles(judgedProblems, secrets)];
  const problems = [
    ...fileProblems,
    ...variableProblems,
    ...(outgoing && purpose !== "gateway" ? outgoing.problems : []),
    ...(isDevelopment ? checkNotProduction(env) : []),
    ...configProblems.map((problem) => reportProblem(problem, { values, yaml, file: source?.file })),
  ];
  const files = [
    ...new Set([
      ...(source ? [source.file] : []),
      ...variableFiles,
      ...namedFiles(pickSections(named, isUsed)),
    ]),
  ];
  const secretFiles = [...new Set([...variableFiles, ...secrets.map((secret) => secret.file)])];
  if (!value || !outgoing || problems.length > 0)
    return { files, secretFiles, error: new ConfigError(problems) };

  const { apps, userPools, tokenIssuer } = isDevelopment ? structuredClone(developmentPreset) : value;
  const config = deepFreeze({
    ...value,
    outgoing: outgoing.outgoing,
    development: isDevelopment,
    ...{ apps, userPools, tokenIssuer: value.tokenIssuer ?? tokenIssuer },
  });
  return { files, secretFiles, config };
}

function toPresetContent({ grpc, gateway }: DevelopmentPreset): object {
  return { ...(grpc && { grpc }), ...(gateway && { gateway }) };
}

function checkScopeFor(
  purpose: Purpose,
  content: unknown,
  development: boolean,
): Omit<CheckScope, "certificatesAt"> {
  const has = (key: string) => isMap(content) && content[key] !== undefined;
  switch (purpose) {
    case "serve":
      // In development mode, `serve` starts the gateway too.
      return { service: true, identities: !development, gateway: development, development };
    case "gateway":
      return { service: false, identities: false, gateway: true, development };
    case "check":
    case "diagnose": {
      const identities = !has("gateway") || has("apps") || has("userPools");
      return { service: true, identities, gateway: true, development };
    }
  }
}

/** Returns whether a process with this purpose uses a section of the configuration. */
function usesSection(purpose: Purpose, section: string): boolean {
  if (purpose === "check" || purpose === "diagnose") return true;
  return (section === "gateway") === (purpose === "gateway");
}

function pickSections(content: unknown, isPicked: (section: string) => boolean): unknown {
  if (!isMap(content)) return content;
  return Object.fromEntries(Object.entries(content).filter(([section]) => isPicked(section)));
}

function checkGatewayPresence(content: unknown): Problem[] {
  if (!isMap(content) || content.gateway !== undefined) return [];
  return [{ path: ["gateway"], message: "is missing: the gateway needs a section of this name" }];
}

/** File to read, with the option or variable that names it. */
interface ConfigFile {
  readonly file: string;
  readonly name: string;
}

function findConfigFile(file: string | undefined, env: Environment): ConfigFile | undefined {
  if (file !== undefined) return { file, name: "--config" };
  const named = env[configFileVariable];
  return named === undefined ? undefined : { file: named, name: configFileVariable };
}

function readConfigFile({ file, name }: ConfigFile): YamlFile {
  // An empty name comes from a script whose variable is unset. Treating it as "no file" would start
  // development mode.
  return file === "" ? unreadableYaml([{ path: name, message: "must name a file" }]) : readYamlFile(file);
}

/** Adds the placeholders, in place of what else is wrong with these values. */
function withPlaceholders(content: unknown, problems: readonly Problem[]): readonly Problem[] {
  const placeholders = findPlaceholders(content);
  const isPlaceholder = ({ path }: Problem) => placeholders.some((each) => isSamePath(each.path, path));
  return [...placeholders, ...problems.filter((problem) => !isPlaceholder(problem))];
}

const identityPaths = ["apps", "userPools", "gateway", "gateway.apps"];

function isIdentity({ path }: Setting): boolean {
  return identityPaths.includes(path.join("."));
}

function checkNotProduction(env: Environment): ReportedProblem[] {
  if (env.NODE_ENV?.trim().toLowerCase() !== "production") return [];
  const message =
    `is production, where development mode is not allowed; ` +
    `name a configuration file with --config or ${configFileVariable}`;
  return [{ path: "NODE_ENV", message }];
}

const isFrom =
  (values: readonly EnvironmentValue[]) =>
  ({ path }: Problem): boolean =>
    variableFor(path, values) !== undefined;

/** Freezes a tree of plain data. */
function deepFreeze<T>(tree: T): T {
  if (typeof tree === "object" && tree !== null) Object.values(Object.freeze(tree)).forEach(deepFreeze);
  return tree;
}
