import type { AppConfig, Config, TokenIssuerConfig, UserPoolConfig } from "./config.js";
import { type Environment } from "./environment.js";
/** Where the configuration comes from. */
export interface ConfigSources {
    /** The file that was asked for; before the one that `QRLOGIN_CONFIG` names. */
    readonly file?: string | undefined;
    readonly env: Environment;
    /** What development mode has for lack of a configuration. Without it there is no development mode. */
    readonly development?: Development | undefined;
    /** What the configuration is for. `serve` by default. */
    readonly purpose?: Purpose | undefined;
    /** The wall time at which `check` judges certificates, in milliseconds since the Unix epoch. The machine's by default. */
    readonly now?: number | undefined;
}
/** What development mode has. */
export interface Development {
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
export declare function loadConfig({ file, env, development, purpose, now, }: ConfigSources): Config;
