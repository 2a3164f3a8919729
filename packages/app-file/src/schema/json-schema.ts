import { z } from "zod";
import { mtconnectSchema } from "../devices/mtconnect/schema.js";
import { opcuaSchema } from "../devices/opcua.js";
import { shdrSchema } from "../devices/shdr.js";
import type { FilePath } from "../yaml/source-tree.js";
import { CONNECTOR_DOCS, deviceSchema, fileSchema } from "./app-file.js";
import { type KeyDocs, required } from "./scalars.js";

/** The schema of a file, with the keys of the connectors. Created for a JSON Schema only, and not at each start. */
function describedFile() {
  /** A connector of a plugin, with any keys. */
  const pluginConnector = z.looseObject({
    type: required(z.string().meta({ pattern: "^(?!(?:mtconnect|opcua|shdr)$)" }), {
      description: "The name of a plugin's connector.",
      examples: ["modbus"],
    }),
  });
  const connector = required(z.union([mtconnectSchema, opcuaSchema, shdrSchema, pluginConnector]), CONNECTOR_DOCS);
  const device = deviceSchema.unwrap();
  return fileSchema(device.extend({ connector }).meta({ ...device.meta() }));
}

/** A text with a variable, whose value is not known. */
const VARIABLE = "\\$\\{";

type Node = z.core.JSONSchema.BaseSchema;

/** Applies `change` to a schema after its parts. Schemas of names of keys are left out: a key can't be a variable. */
function changeParts(node: Node, change: (node: Node) => void): void {
  const { properties, additionalProperties, items, anyOf, oneOf } = node;
  for (const part of [
    ...Object.values(properties ?? {}),
    additionalProperties,
    ...(Array.isArray(items) ? items : [items]),
    ...(anyOf ?? []),
    ...(oneOf ?? []),
  ]) {
    if (typeof part === "object" && part !== null) changeParts(part, change);
  }
  change(node);
}

/** Editors validate the file before interpolation, so a variable is allowed in place of any other text. */
function allowVariables(node: Node): void {
  if (node.type !== "string") return;
  if (node.pattern !== undefined) node.pattern += `|${VARIABLE}`;
  if (node.enum === undefined && node.const === undefined) return;
  const { description: _kept, examples: _too, ...form } = node;
  for (const key of Object.keys(form)) delete node[key];
  node.anyOf = [form, { type: "string", pattern: VARIABLE }];
}

/** Joins nested alternatives, since editors then show shorter messages. */
function simplify(node: Node): void {
  // With a variable as its type, a storage matches several alternatives.
  const alternatives = node.oneOf ?? node.anyOf;
  delete node.oneOf;
  if (alternatives === undefined) return;
  const nested = (alternatives as Node[]).flatMap((each) => (isOnlyAnyOf(each) ? each.anyOf : [each]));
  const [first = {}, second, ...others] = nested;
  if (second?.type === "null" && others.length === 0 && typeof first.type === "string" && first.enum === undefined) {
    delete node.anyOf;
    Object.assign(node, { ...first, ...node, type: [first.type, "null"] });
  } else {
    node.anyOf = nested;
  }
}

const isOnlyAnyOf = (node: Node): node is Node & { anyOf: Node[] } =>
  node.anyOf !== undefined && Object.keys(node).length === 1;

/** The schema's file in the latest published package of the command. */
const APP_FILE_SCHEMA = "https://unpkg.com/ofdeploy/dist/openfactory.schema.json";

/** The first line of a new app file: editors then validate and complete it. */
export const FILE_HEADER = `# yaml-language-server: $schema=${APP_FILE_SCHEMA}\n`;

/**
 * The JSON Schema of an app file, for editors, generated from the schema that validates. It is a draft 7, which all editors
 * support. It accepts every valid file; `ofdeploy validate` also checks what a JSON Schema can't express.
 */
export function appFileJsonSchema(): object {
  const schema = z.toJSONSchema(describedFile(), {
    target: "draft-07",
    io: "input",
    // zod leaves out the default and the examples of a value that is transformed, which are for its output. Ours are of the file.
    override: ({ zodSchema, jsonSchema }) => {
      const docs: Partial<KeyDocs> = z.globalRegistry.get(zodSchema) ?? {};
      for (const key of ["default", "examples"] as const)
        if (docs[key] !== undefined) jsonSchema[key] = docs[key] as never;
    },
  });
  changeParts(schema as Node, allowVariables);
  changeParts(schema as Node, simplify);
  return { $id: APP_FILE_SCHEMA, ...schema };
}

interface Schema {
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
}

let root: Schema | undefined;

/** The known keys of a mapping at `path` of an app file. */
export function knownKeys(path: FilePath): string[] {
  root ??= appFileJsonSchema() as Schema;
  return keysAt(root, path);
}

/** The known keys at `path` of another schema, such as a connector's. Empty if the schema has no JSON Schema. */
export function keysInSchema(schema: z.ZodType, path: FilePath): string[] {
  try {
    return keysAt(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Schema, path);
  } catch {
    return [];
  }
}

function keysAt(schema: Schema, path: FilePath): string[] {
  let at = branches(schema);
  for (const step of path) at = at.flatMap((schema) => inside(schema, step));
  return [...new Set(at.flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

const branches = (schema: Schema): Schema[] => {
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  return [schema, ...inner.flatMap(branches)];
};

const inside = ({ properties, additionalProperties, items }: Schema, step: PropertyKey): Schema[] => {
  if (typeof step === "number") return items === undefined ? [] : branches(items);
  const named = properties !== undefined && Object.hasOwn(properties, step) ? properties[step as string] : undefined;
  if (named !== undefined) return branches(named);
  return typeof additionalProperties === "object" ? branches(additionalProperties) : [];
};
