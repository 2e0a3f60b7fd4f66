import type { Problem } from "./problems.js";
import { type Setting } from "./schema_tree.js";
export type Environment = Readonly<Record<string, string | undefined>>;
/** The variable that names the configuration file. The only one of ours that is not a value of the configuration. */
export declare const fileVariable = "QRLOGIN_CONFIG";
/** A value of the configuration that is set by an environment variable. */
export interface EnvironmentValue {
    readonly variable: string;
    readonly setting: Setting;
    /** Text that does not have the form of the setting is left as it is, for the schema to refuse. */
    readonly value: unknown;
}
/** The name of a setting's variable: `QRLOGIN_` and the path in capitals, the words of a key apart. */
export declare function variableOf(path: readonly string[]): string;
/** The values that the environment sets, maps before what they hold, and the variables that mean nothing. */
export declare function readEnvironment(env: Environment): {
    readonly values: readonly EnvironmentValue[];
    readonly problems: readonly Problem[];
};
/** The content of the file with the values of the environment in place of its own. */
export declare function overlaid(content: unknown, values: readonly EnvironmentValue[]): unknown;
