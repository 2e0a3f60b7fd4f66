import { type CheckScope, checkConfig } from "./checks/check_config.js";
import type { AppConfig, Config, TokenIssuerConfig, UserPoolConfig } from "./config.js";
import { ConfigError, formatPath, type Problem, type ReportedProblem } from "./config_error.js";
import {
  applyEnvironment,
  configFileVariable,
  type Environment,
  type EnvironmentValue,
  readEnvironment,
} from "./environment.js";
import { readYamlFile } from "./files/read_file.js";
import { configSchema } from "./schema/config_schema.js";
import { parseWithSchema } from "./schema/parse_with_schema.js";
import { isMap, parseValidPart, type Setting } from "./schema/schema_tree.js";

/** Where the configuration comes from. */
export interface ConfigSources {
  /** The file that was asked for; before the one that `QRLOGIN_CONFIG` names. */
  readonly file?: string | undefined;
  readonly env: Environment;
  /** What development mode has for lack of a configuration. Without it there is no development mode. */
  readonly developmentPreset?: DevelopmentPreset | undefined;
  /** What the configuration is for. `serve` by default. */
  readonly purpose?: Purpose | undefined;
  /** The wall time at which `check` judges certificates, in milliseconds since the Unix epoch. The machine's by default. */
  readonly now?: number | undefined;
}

/** What development mode has. */
export interface DevelopmentPreset {
  readonly apps: readonly AppConfig[];
  readonly userPools: readonly UserPoolConfig[];
  readonly tokenIssuer?: TokenIssuerConfig;
  /** Values of the section `grpc`, as in a file. The environment overrides them. */
  readonly grpc?: object;
  /** What a file would say under `gateway`. The environment goes over it. */
  readonly gateway?: object;
}

/**
 * The service needs apps and user pools, the gateway its section and nothing else. Each leaves alone what the other one
 * alone needs, such as files that it may not be able to read; `check` judges all that is there.
 */
export type Purpose = "serve" | "gateway" | "check";

/**
 * Reads the configuration, once: the file, over it the environment, over both the checks. The answer is frozen.
 *
 * With neither a file nor any identity in the environment (apps, user pools, apps of the gateway) this is development mode.
 *
 * @throws ConfigError with every mistake that there is.
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
  // Where the file cannot be read, what is missing may be in it; only the environment can be judged.
  const judgedProblems =
    fileProblems.length === 0
      ? [...schemaProblems, ...checkProblems, ...(purpose === "gateway" ? checkGatewayPresence(merged) : [])]
      : schemaProblems.filter(isFrom(values));
  const problems = [
    ...fileProblems,
    ...unknownVariables,
    ...(isDevelopment ? checkNotProduction(env) : []),
    ...judgedProblems.map((mistake) => toReportedProblem(mistake, values, source)),
  ];
  if (!value || problems.length > 0) throw new ConfigError(problems);

  const { apps, userPools, tokenIssuer } = isDevelopment ? structuredClone(developmentPreset) : value;
  return deepFreeze({
    ...value,
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
      // In development mode it starts the gateway too.
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
  return [{ path: ["gateway"], message: "is missing: the gateway is configured by a section of this name" }];
}

/** The file to read, and what named it. */
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
  // What a script says whose variable is unset. Taking it for "no file" would start development mode.
  return file === "" ? { problems: [{ path: name, message: "must name a file" }] } : readYamlFile(file);
}

const identityPaths = ["apps", "userPools", "gateway", "gateway.apps"];

function isIdentity({ path }: Setting): boolean {
  return identityPaths.includes(path.join("."));
}

function checkNotProduction(env: Environment): ReportedProblem[] {
  if (env.NODE_ENV?.trim().toLowerCase() !== "production") return [];
  const message = `is production, and development mode refuses that; name a configuration file with --config or ${configFileVariable}`;
  return [{ path: "NODE_ENV", message }];
}

const isFrom =
  (values: readonly EnvironmentValue[]) =>
  ({ path }: Problem): boolean =>
    variableFor(path, values) !== undefined;

/** The variable that set the value at a path: the last that is on the way to it, since later ones lie deeper. */
function variableFor(
  path: Problem["path"],
  values: readonly EnvironmentValue[],
): EnvironmentValue | undefined {
  return values.findLast(({ setting }) => setting.path.every((key, index) => path[index] === key));
}

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
