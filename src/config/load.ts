import { relationMistakes } from "./checks.js";
import type { AppConfig, Config, UserPoolConfig } from "./config.js";
import {
  type Environment,
  type EnvironmentValue,
  fileVariable,
  overlaid,
  readEnvironment,
} from "./environment.js";
import { readYaml } from "./file.js";
import { ConfigError, type Mistake, type Problem, pathText } from "./problems.js";
import { fileSchema } from "./schema.js";
import { readBySchema } from "./schema_mistakes.js";
import { understood } from "./schema_tree.js";

/** Where the configuration comes from. */
export interface ConfigSources {
  /** The file that was asked for; before the one that `QRLOGIN_CONFIG` names. */
  readonly file?: string | undefined;
  readonly env: Environment;
  /** What development mode has for lack of a configuration. Without it there is no development mode. */
  readonly development?:
    | { readonly apps: readonly AppConfig[]; readonly userPools: readonly UserPoolConfig[] }
    | undefined;
}

/**
 * Reads the configuration, once: the file, over it the environment, over both the checks. The answer is frozen.
 *
 * With neither a file nor apps nor user pools in the environment this is development mode.
 *
 * @throws ConfigError with every mistake that there is.
 */
export function loadConfig({ file, env, development }: ConfigSources): Config {
  const { values, problems: strangers } = readEnvironment(env);
  const source = sourceOf(file, env);
  const isDevelopment =
    development !== undefined &&
    source === undefined &&
    !values.some(({ setting }) => isIdentity(setting.path));

  const { content, problems: unreadable } = source ? readSource(source) : { content: {}, problems: [] };
  const all = overlaid(content, values);
  const { value, mistakes } = readBySchema(fileSchema, all);
  const relations = relationMistakes(understood(fileSchema, all) ?? {}, isDevelopment);
  // Where the file cannot be read, what is missing may be in it; only the environment can be judged.
  const judged = unreadable.length === 0 ? [...mistakes, ...relations] : mistakes.filter(isFrom(values));
  const problems = [
    ...unreadable,
    ...strangers,
    ...(isDevelopment ? productionProblems(env) : []),
    ...judged.map((mistake) => problemOf(mistake, values, source)),
  ];
  if (!value || problems.length > 0) throw new ConfigError(problems);

  const identities = isDevelopment ? structuredClone(development) : value;
  const { apps, userPools } = identities;
  return frozen({ ...value, development: isDevelopment, apps, userPools });
}

/** The file to read, and what named it. */
interface Source {
  readonly file: string;
  readonly name: string;
}

function sourceOf(file: string | undefined, env: Environment): Source | undefined {
  if (file !== undefined) return { file, name: "--config" };
  const named = env[fileVariable];
  return named === undefined ? undefined : { file: named, name: fileVariable };
}

function readSource({ file, name }: Source): ReturnType<typeof readYaml> {
  // What a script says whose variable is unset. Taking it for "no file" would start development mode.
  return file === "" ? { problems: [{ path: name, message: "must name a file" }] } : readYaml(file);
}

function isIdentity([key]: readonly string[]): boolean {
  return key === "apps" || key === "userPools";
}

function productionProblems(env: Environment): Problem[] {
  if (env.NODE_ENV?.trim().toLowerCase() !== "production") return [];
  const message = `is production, and development mode refuses that; name a configuration file with --config or ${fileVariable}`;
  return [{ path: "NODE_ENV", message }];
}

const isFrom =
  (values: readonly EnvironmentValue[]) =>
  ({ path }: Mistake): boolean =>
    originOf(path, values) !== undefined;

/** The variable that set the value at a path: the last that is on the way to it, since later ones lie deeper. */
function originOf(path: Mistake["path"], values: readonly EnvironmentValue[]): EnvironmentValue | undefined {
  return values.findLast(({ setting }) => setting.path.every((key, index) => path[index] === key));
}

function problemOf(
  { path, message }: Mistake,
  values: readonly EnvironmentValue[],
  source: Source | undefined,
): Problem {
  const origin = originOf(path, values);
  if (!origin) return { path: pathText(path) || (source?.file ?? "configuration"), message };
  const form = ["list", "map"].includes(origin.setting.form) ? " as JSON" : "";
  return { path: pathText(path), message: `${message} (from ${origin.variable}${form})` };
}

/** Freezes a tree of plain data. */
function frozen<T>(tree: T): T {
  if (typeof tree === "object" && tree !== null) Object.values(Object.freeze(tree)).forEach(frozen);
  return tree;
}
