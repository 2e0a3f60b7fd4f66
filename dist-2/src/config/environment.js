import { nearest } from "./nearest.js";
import { fileSchema } from "./schema.js";
import { isMap, settingsOf } from "./schema_tree.js";
/** The variable that names the configuration file. The only one of ours that is not a value of the configuration. */
export const fileVariable = "QRLOGIN_CONFIG";
const prefix = "QRLOGIN_";
/** The name of a setting's variable: `QRLOGIN_` and the path in capitals, the words of a key apart. */
export function variableOf(path) {
    return prefix + path.map((key) => key.replaceAll(/[A-Z]/g, "_$&").toUpperCase()).join("_");
}
const settings = new Map(settingsOf(fileSchema).map((setting) => [bareName(variableOf(setting.path)), setting]));
/** The values that the environment sets, maps before what they hold, and the variables that mean nothing. */
export function readEnvironment(env) {
    const values = new Map();
    const problems = [];
    for (const [variable, text] of Object.entries(env)) {
        if (text === undefined || !variable.startsWith(prefix) || variable === fileVariable)
            continue;
        const setting = settings.get(bareName(variable));
        const other = setting && values.get(setting);
        if (!setting)
            problems.push({ path: variable, message: strangerMessage(variable) });
        else if (other)
            problems.push({ path: variable, message: `sets the same value as ${other.variable}` });
        else
            values.set(setting, { variable, setting, value: valueFrom(text, setting) });
    }
    const inDepth = [...values.values()].sort((a, b) => a.setting.path.length - b.setting.path.length);
    return { values: inDepth, problems };
}
/** The content of the file with the values of the environment in place of its own. */
export function overlaid(content, values) {
    return values.reduce((node, { setting, value }) => placed(node, setting.path, value), content);
}
function placed(node, [key, ...rest], value) {
    if (key === undefined)
        return value;
    if (node === undefined)
        return { [key]: placed(undefined, rest, value) };
    // Something else stands where a map must be: that mistake is the schema's to name.
    return isMap(node) ? { ...node, [key]: placed(node[key], rest, value) } : node;
}
function valueFrom(text, { form }) {
    switch (form) {
        case "text":
            return text;
        case "number":
            return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
        case "boolean":
            return text === "true" || text === "false" ? text === "true" : text;
        case "list":
        case "map":
            return jsonOf(text);
    }
}
function jsonOf(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        // The parser's message quotes the text, which may hold a secret; the schema says what must stand here instead.
        return text;
    }
}
/** `MAX_MESSAGE_BYTES` and `MAXMESSAGEBYTES` are one name. */
function bareName(variable) {
    return variable.slice(prefix.length).replaceAll("_", "");
}
function strangerMessage(variable) {
    const names = [fileVariable, ...[...settings.values()].map(({ path }) => variableOf(path))];
    const meant = nearest(variable, names);
    return `is not a variable of the configuration${meant ? `; did you mean ${meant}?` : ""}`;
}
