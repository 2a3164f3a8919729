import { z } from "zod";
import { mtconnectSchema } from "../devices/mtconnect/schema.js";
import { opcuaSchema } from "../devices/opcua.js";
import { shdrSchema } from "../devices/shdr.js";
import type { FilePath } from "../yaml/source-tree.js";
import { deviceSchema, fileSchema } from "./app-file.js";

/** A connector of a plugin, with any keys. */
const pluginConnector = z.looseObject({ type: z.string().regex(/^(?!(?:mtconnect|opcua|shdr)$)/) });
const connector = z.union([mtconnectSchema, opcuaSchema, shdrSchema, pluginConnector]);
const describedFile = fileSchema
  .extend({
    devices: z.record(z.string(), deviceSchema.extend({ connector })).optional().describe("The devices, by name."),
  })
  .meta({ ...fileSchema.meta() });

/** A text with a variable, whose value is not known. */
const VARIABLE = { type: "string", pattern: "\\$" } as const;

type Node = z.core.JSONSchema.BaseSchema;

/** Editors validate the file before interpolation, so a variable is allowed wherever text has a pattern. */
function allowVariables(node: Node): void {
  if (node.type !== "string" || (node.enum === undefined && node.pattern === undefined)) return;
  const { description: _kept, ...form } = node;
  for (const key of Object.keys(form)) delete node[key];
  node.anyOf = [form, VARIABLE];
}

/** The schema's file in the latest published package of the command. */
const APP_FILE_SCHEMA = "https://unpkg.com/ofdeploy/dist/openfactory.schema.json";

/** The first line of a new app file: editors then validate and complete it. */
export const FILE_HEADER = `# yaml-language-server: $schema=${APP_FILE_SCHEMA}\n`;

/** The JSON Schema (draft 2020-12) of an app file, for editors. Generated from the schema that validates. */
export const appFileJsonSchema = (): object => ({
  $id: APP_FILE_SCHEMA,
  ...z.toJSONSchema(describedFile, {
    target: "draft-2020-12",
    io: "input",
    override: ({ jsonSchema, path }) => {
      if (!path.includes("propertyNames")) allowVariables(jsonSchema);
    },
  }),
});

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
