/** A part of a JSON Schema. */
export interface Schema {
  type?: string | string[];
  description?: string;
  default?: unknown;
  examples?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  $ref?: string;
}

/** A key of a file or a field of a request, by its path, such as `deploy.replicas`, `ports[]` or `storage.*.type`. */
export interface SchemaKey {
  path: string;
  schema: Schema;
  required: boolean;
}

/** Values that are not written as a number. */
const UNITS = ["512Mi", "30s"];

/** The forms that a value can have, without null, and without texts that a number or a flag can also be written as. */
function formsOf(schema: Schema): Schema[] {
  const forms = allForms(schema);
  const isScalar = forms.some(({ type }) => ["integer", "number", "boolean"].includes(String(type)));
  const isText = ({ type, pattern }: Schema): boolean =>
    type === "string" && (pattern === undefined || UNITS.some((text) => new RegExp(pattern).test(text)));
  return isScalar ? forms.filter((form) => form.type !== "string" || isText(form)) : forms;
}

function allForms(schema: Schema): Schema[] {
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (inner.length > 0) return inner.flatMap(allForms);
  // A pattern of a variable alone stands for any text with a variable.
  return schema.type === "null" || schema.pattern?.startsWith("\\$") ? [] : [schema];
}

/** The keys inside a schema, each after the one it is in. */
export function keysIn(schema: Schema, path = ""): SchemaKey[] {
  const found = new Map<string, SchemaKey>();
  const add = (key: SchemaKey): void => {
    const before = found.get(key.path);
    // The same key of several forms, such as `type` of each kind of storage.
    if (before === undefined) found.set(key.path, key);
    else if (JSON.stringify(before.schema) !== JSON.stringify(key.schema)) {
      found.set(key.path, {
        ...before,
        required: before.required && key.required,
        schema: {
          ...before.schema,
          description: [...new Set([before.schema.description, key.schema.description])].filter(Boolean).join(" "),
          anyOf: [...formsOf(before.schema), ...formsOf(key.schema)],
        },
      });
    }
  };
  for (const form of formsOf(schema)) {
    for (const [name, inner] of Object.entries(form.properties ?? {})) {
      const key = path === "" ? name : `${path}.${name}`;
      add({ path: key, schema: inner, required: form.required?.includes(name) ?? false });
      keysIn(inner, key).forEach(add);
    }
    if (typeof form.additionalProperties === "object") keysIn(form.additionalProperties, `${path}.*`).forEach(add);
    if (form.items !== undefined) keysIn(form.items, `${path}[]`).forEach(add);
  }
  return [...found.values()];
}

/** The type in words: `integer`, `list of text`, or the values that are allowed. */
export function typeText(schema: Schema): string {
  const forms = formsOf(schema);
  return [...new Set(forms.map(formText))].join(", or ") || "any";
}

function formText({ type, enum: values, const: value, items, properties, additionalProperties }: Schema): string {
  if (value !== undefined) return `\`${String(value)}\``;
  if (values !== undefined) return values.map((each) => `\`${String(each)}\``).join(", ");
  const types = [type ?? []].flat().filter((each) => each !== "null");
  if (types.includes("array")) return items === undefined ? "list" : `list of ${typeText(items)}`;
  if (types.includes("object")) {
    if (properties !== undefined) return "mapping";
    const values = typeof additionalProperties === "object" ? typeText(additionalProperties) : "mapping";
    return values === "mapping" ? "mapping" : `mapping of names to ${values}`;
  }
  return types.map((each) => NAMES[each] ?? each).join(" or ") || "any";
}

const NAMES: Readonly<Record<string, string>> = { string: "text", boolean: "true or false" };

/** The rules of a value beyond its type: ranges, lengths and patterns. */
export function ruleText(schema: Schema): string {
  const rules = formsOf(schema).flatMap((form) => {
    const { minimum, maximum, exclusiveMinimum, minLength, maxLength, minItems, maxItems, pattern } = form;
    const isBounded = maximum !== undefined && Math.abs(maximum) < Number.MAX_SAFE_INTEGER;
    return [
      exclusiveMinimum === undefined ? "" : `more than ${exclusiveMinimum}`,
      minimum !== undefined && minimum > -Number.MAX_SAFE_INTEGER
        ? isBounded
          ? `${minimum} to ${maximum}`
          : `${minimum} or more`
        : isBounded
          ? `at most ${maximum}`
          : "",
      minLength !== undefined && minLength > 0 ? `at least ${minLength} characters` : "",
      maxLength === undefined ? "" : `at most ${maxLength} characters`,
      minItems === undefined ? "" : `at least ${minItems} items`,
      maxItems === undefined ? "" : `at most ${maxItems} items`,
      // Every text may contain a variable.
      pattern === undefined ? "" : `\`${pattern.replace(/\|\\\$(?:\\\{)?$/, "")}\``,
    ];
  });
  return [...new Set(rules)].filter((rule) => rule !== "").join("; ");
}

/** The first default and example, of the schema itself or of one of its forms. */
export const defaultOf = (schema: Schema): unknown =>
  [schema, ...formsOf(schema)].find((form) => form.default !== undefined)?.default;

export const exampleOf = (schema: Schema): unknown =>
  [schema, ...(schema.anyOf ?? []), ...formsOf(schema)].find((form) => form.examples?.length)?.examples?.[0];

/** The description of the schema, or of the part of a union that has one. */
export const descriptionOf = (schema: Schema): string =>
  schema.description ??
  [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].map(descriptionOf).find((text) => text !== "") ??
  "";
