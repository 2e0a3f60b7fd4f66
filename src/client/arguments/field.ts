/** Types of arguments that a check can tell apart. A list is no object. */
export type FieldType = "string" | "number" | "integer" | "boolean" | "object" | "function" | "AbortSignal";

/** A field of an argument. */
export interface Field {
  /** Type of the value, or types if there are several to choose from. */
  readonly type: FieldType | readonly FieldType[];
  /** Name of the enum whose value the integer is. */
  readonly enum?: string;
  /** Fields of an object; without them its content is not checked. */
  readonly fields?: Fields;
  /** Values of a oneof by their `$case`. */
  readonly cases?: Fields;
  /** The value is an array of such values. */
  readonly isList?: true;
  /** The value must not be undefined. */
  readonly isRequired?: true;
}

/** Fields by their names. */
export type Fields = Readonly<Record<string, Field>>;
