import { relationMistakes } from "./checks.js";
import { fileVariable, overlaid, readEnvironment, } from "./environment.js";
import { readYaml } from "./file.js";
import { ConfigError, pathText } from "./problems.js";
import { fileSchema } from "./schema.js";
import { readBySchema } from "./schema_mistakes.js";
import { isMap, understood } from "./schema_tree.js";
/**
 * Reads the configuration, once: the file, over it the environment, over both the checks. The answer is frozen.
 *
 * With neither a file nor any identity in the environment (apps, user pools, apps of the gateway) this is development mode.
 *
 * @throws ConfigError with every mistake that there is.
 */
export function loadConfig({ file, env, development, purpose = "serve", now = Date.now(), }) {
    const { values, problems: strangers } = readEnvironment(env);
    const source = sourceOf(file, env);
    const isDevelopment = development !== undefined && source === undefined && !values.some(({ setting }) => isIdentity(setting));
    const preset = isDevelopment ? presetOf(development) : {};
    const { content, problems: unreadable } = source ? readSource(source) : { content: preset, problems: [] };
    const all = overlaid(content, values);
    const { value, mistakes } = readBySchema(fileSchema, all);
    const judged = {
        ...judgedFor(purpose, all, isDevelopment),
        certificatesAt: purpose === "check" ? now : undefined,
    };
    const relations = relationMistakes(understood(fileSchema, all) ?? {}, judged);
    // Where the file cannot be read, what is missing may be in it; only the environment can be judged.
    const found = unreadable.length === 0
        ? [...mistakes, ...relations, ...(purpose === "gateway" ? gatewayAbsence(all) : [])]
        : mistakes.filter(isFrom(values));
    const problems = [
        ...unreadable,
        ...strangers,
        ...(isDevelopment ? productionProblems(env) : []),
        ...found.map((mistake) => problemOf(mistake, values, source)),
    ];
    if (!value || problems.length > 0)
        throw new ConfigError(problems);
    const { apps, userPools, tokenIssuer } = isDevelopment ? structuredClone(development) : value;
    return frozen({
        ...value,
        development: isDevelopment,
        ...{ apps, userPools, tokenIssuer: value.tokenIssuer ?? tokenIssuer },
    });
}
function presetOf({ grpc, gateway }) {
    return { ...(grpc && { grpc }), ...(gateway && { gateway }) };
}
function judgedFor(purpose, content, development) {
    const has = (key) => isMap(content) && content[key] !== undefined;
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
function gatewayAbsence(content) {
    if (!isMap(content) || content.gateway !== undefined)
        return [];
    return [{ path: ["gateway"], message: "is missing: the gateway is configured by a section of this name" }];
}
function sourceOf(file, env) {
    if (file !== undefined)
        return { file, name: "--config" };
    const named = env[fileVariable];
    return named === undefined ? undefined : { file: named, name: fileVariable };
}
function readSource({ file, name }) {
    // What a script says whose variable is unset. Taking it for "no file" would start development mode.
    return file === "" ? { problems: [{ path: name, message: "must name a file" }] } : readYaml(file);
}
const identityPaths = ["apps", "userPools", "gateway", "gateway.apps"];
function isIdentity({ path }) {
    return identityPaths.includes(path.join("."));
}
function productionProblems(env) {
    if (env.NODE_ENV?.trim().toLowerCase() !== "production")
        return [];
    const message = `is production, and development mode refuses that; name a configuration file with --config or ${fileVariable}`;
    return [{ path: "NODE_ENV", message }];
}
const isFrom = (values) => ({ path }) => originOf(path, values) !== undefined;
/** The variable that set the value at a path: the last that is on the way to it, since later ones lie deeper. */
function originOf(path, values) {
    return values.findLast(({ setting }) => setting.path.every((key, index) => path[index] === key));
}
function problemOf({ path, message }, values, source) {
    const origin = originOf(path, values);
    if (!origin)
        return { path: pathText(path) || (source?.file ?? "configuration"), message };
    const form = ["list", "map"].includes(origin.setting.form) ? " as JSON" : "";
    return { path: pathText(path), message: `${message} (from ${origin.variable}${form})` };
}
/** Freezes a tree of plain data. */
function frozen(tree) {
    if (typeof tree === "object" && tree !== null)
        Object.values(Object.freeze(tree)).forEach(frozen);
    return tree;
}
