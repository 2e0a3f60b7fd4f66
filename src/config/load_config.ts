import { type CheckScope, checkConfig } from "./checks/check_config.js";
import type { AppConfig, Config, TokenIssuerConfig, UserPoolConfig } from "./config.js";
import { ConfigError, formatPath, type Problem, type ReportedProblem } from "./config_error.js";
import {
  applyEnvironment,
  configFileVariable,
  type Environment,
  type EnvironmentValue,
  readEnvironment,
  variableFor,
} from "./environment.js";
import { readYamlFile } from "./files/read_file.js";
import { resolveOutgoing } from "./outgoing.js";
import { configSchema } from "./schema/config_schema.js";
import { parseWithSchema } from "./schema/parse_with_schema.js";
import { isMap, parseValidPart, type Setting } from "./schema/schema_tree.js";

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
 * runs all checks.
 */
export type Purpose = "serve" | "gateway" | "check";

/**
 * Reads the configuration: the file, overridden by the environment, and then checked. The result is frozen.
 *
 * Without a file and without identities in the environment (apps, user pools, apps of the gateway), returns
 * the configuration of development mode.
 *
 * @throws ConfigError with all problems.
 */
export function loadConfig({
  file,
  env,
  developmentPreset,
  purpose = "serve",
  now = Date.now(),
}: ConfigSources): Config {
  const { values, problems: unknownVariables } = readEnvironment(env);
  const source = findConfigFile(file, env);
  const isDevelopment =
    developmentPreset !== undefined &&
    source === undefined &&
    !values.some(({ setting }) => isIdentity(setting));

  const preset = isDevelopment ? toPresetContent(developmentPreset) : {};
  const { content, problems: fileProblems } = source
    ? readConfigFile(source)
    : { content: preset, problems: [] };
  const merged = applyEnvironment(content, values);
  const { value, problems: schemaProblems } = parseWithSchema(configSchema, merged);
  const scope = {
    ...checkScopeFor(purpose, merged, isDevelopment),
    certificatesAt: purpose === "check" ? now : undefined,
  };
  const checkProblems = checkConfig(parseValidPart(configSchema, merged) ?? {}, scope);
  // If the file cannot be read, missing values may be in it, so that only the environment is checked.
  const judgedProblems =
    fileProblems.length === 0
      ? [...schemaProblems, ...checkProblems, ...(purpose === "gateway" ? checkGatewayPresence(merged) : [])]
      : schemaProblems.filter(isFrom(values));
  const outgoing = value && resolveOutgoing(value.outgoing, env);
  const problems = [
    ...fileProblems,
    ...unknownVariables,
    ...(outgoing && purpose !== "gateway" ? outgoing.problems : []),
    ...(isDevelopment ? checkNotProduction(env) : []),
    ...judgedProblems.map((problem) => toReportedProblem(problem, values, source)),
  ];
  if (!value || !outgoing || problems.length > 0) throw new ConfigError(problems);

  const { apps, userPools, tokenIssuer } = isDevelopment ? structuredClone(developmentPreset) : value;
  return deepFreeze({
    ...value,
    outgoing: outgoing.outgoing,
    development: isDevelopment,
    ...{ apps, userPools, tokenIssuer: value.tokenIssuer ?? tokenIssuer },
  });
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
    case "check": {
      const identities = !has("gateway") || has("apps") || has("userPools");
      return { service: true, identities, gateway: true, development };
    }
  }
}

function checkGatewayPresence(content: unknown): Problem[] {
  if (!isMap(content) || content.gateway !== undefined) return [];
  return [{ path: ["gateway"], message: "is missing: the gateway needs a section of this name" }];
}

/** Returns whether the sources name a configuration file. */
export function namesConfigFile({ file, env }: Pick<ConfigSources, "file" | "env">): boolean {
  return findConfigFile(file, env) !== undefined;
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

function readConfigFile({ file, name }: ConfigFile): ReturnType<typeof readYamlFile> {
  // An empty name comes from a script whose variable is unset. Treating it as "no file" would start
  // development mode.
  return file === "" ? { problems: [{ path: name, message: "must name a file" }] } : readYamlFile(file);
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

function toReportedProblem(
  { path, message }: Problem,
  values: readonly EnvironmentValue[],
  source: ConfigFile | undefined,
): ReportedProblem {
  const origin = variableFor(path, values);
  if (!origin) return { path: formatPath(path) || (source?.file ?? "configuration"), message };
  const form = ["list", "map"].includes(origin.setting.type) ? " as JSON" : "";
  return { path: formatPath(path), message: `${message} (from ${origin.variable}${form})` };
}

/** Freezes a tree of plain data. */
function deepFreeze<T>(tree: T): T {
  if (typeof tree === "object" && tree !== null) Object.values(Object.freeze(tree)).forEach(deepFreeze);
  return tree;
}
