import { stringify } from "yaml";
import type * as z from "zod";
import { configSchema } from "../../src/config/schema/config_schema.js";
import { elementOf, type Setting, settingsOf, shapeOf } from "../../src/config/schema/schema_tree.js";
import { formatDuration } from "../../src/config/schema/values.js";
import { variableNameOf } from "../../src/config/variable_name.js";
import { defaultPolicy } from "../../src/domain/policy.js";
import { type Metadata, metadataOf } from "./metadata.js";

type Schema = z.core.$ZodTypes;

/** Key of the configuration, as its reference describes it. */
export interface DocumentedSetting {
  /** Path, with `[]` for the entries of a list: `apps[].id`. */
  readonly path: string;
  readonly type: Setting["type"];
  /** Environment variable. Keys in the entries of a list have none. */
  readonly variable: string | undefined;
  /** Default as it would be written in the file; undefined if there is none. */
  readonly preset: string | undefined;
  readonly limits: string;
  readonly description: string | undefined;
}

/** Returns every key of the configuration in the order of the schema. A map comes before its keys. */
export function documentedSettings(): readonly DocumentedSetting[] {
  return collect(configSchema, "");
}

function collect(map: Parameters<typeof settingsOf>[0], before: string): readonly DocumentedSetting[] {
  return settingsOf(map).flatMap((setting) => {
    const path = `${before}${setting.path.join(".")}`;
    const metadata = metadataOf(setting.schema);
    const own: DocumentedSetting = {
      ...{ path, type: setting.type, description: metadata.description },
      variable: path.includes("[]") ? undefined : variableNameOf(path.split(".")),
      preset: metadata.preset ?? presetOf(setting, path),
      limits: limitsOf(setting, metadata),
    };
    const entry = elementOf(setting.schema);
    return entry && shapeOf(entry) ? [own, ...collect(entry, `${path}[].`)] : [own];
  });
}

/** Returns the default of a setting as text of the file. That of a policy is not in the schema. */
function presetOf({ schema, type }: Setting, path: string): string | undefined {
  if (type === "map") return undefined;
  const [section, group, key] = path.split(".");
  const policy: Readonly<Record<string, object>> = { ...defaultPolicy };
  const value =
    section === "policy" && group !== undefined
      ? Reflect.get(policy[group] ?? {}, key ?? "")
      : defaultOf(schema as Schema);
  if (value === undefined) return undefined;
  if (type === "text" && typeof value === "number") return value === 0 ? "0s" : formatDuration(value);
  return Array.isArray(value) ? `[${value.join(", ")}]` : stringify(value).trim();
}

function defaultOf({ _zod: { def } }: Schema): unknown {
  switch (def.type) {
    case "default":
    case "prefault":
      return def.defaultValue;
    case "optional":
      return defaultOf(def.innerType as Schema);
    default:
      return undefined;
  }
}

/** Returns which values are allowed, as text. */
function limitsOf({ path, schema, type }: Setting, metadata: Metadata): string {
  if (/(?:cert|key|[cC]a)File$/.test(path.at(-1) ?? "")) return "PEM file";
  if (/File$/.test(path.at(-1) ?? "") && metadata.limits === "not empty") return "file";
  if (metadata.limits !== undefined) return metadata.limits;
  if (metadata.values) return metadata.values.map((value) => `\`${value}\``).join(", ");
  if (type === "boolean") return "`true`, `false`";
  if (metadata.min !== undefined && metadata.max !== undefined) return `${metadata.min} to ${metadata.max}`;
  const entry = elementOf(schema);
  if (!entry) return "";
  const each = shapeOf(entry) ? "" : limitsOf({ path: [], schema: entry, type: "text" }, metadataOf(entry));
  const size = metadata.isNotEmpty ? "one entry or more" : "a list";
  return each === "" ? size : `${size}: ${each}`;
}
