import { z } from "zod";
import { deviceSchema } from "../devices/device-schema.js";
import { mtconnectSchema } from "../devices/mtconnect/schema.js";
import { opcuaSchema } from "../devices/opcua.js";
import { shdrSchema } from "../devices/shdr.js";
import { fileSchema } from "./app.js";

/** A connector that a plugin adds has keys of its own. */
const pluginConnector = z.looseObject({ type: z.string().regex(/^(?!(?:mtconnect|opcua|shdr)$)/) });
const connector = z.union([mtconnectSchema, opcuaSchema, shdrSchema, pluginConnector]);
const describedFile = fileSchema
  .extend({
    devices: z.record(z.string(), deviceSchema.extend({ connector })).optional().describe("The devices, by name."),
  })
  .meta({ ...fileSchema.meta() });

/** What holds a variable is whatever the variable holds. */
const VARIABLE = { type: "string", pattern: "\\$" } as const;

type Node = z.core.JSONSchema.BaseSchema;

/** Editors see the file before variables are put in: where a text has to be of a form, a variable is good, too. */
function allowVariables(node: Node): void {
  if (node.type !== "string" || (node.enum === undefined && node.pattern === undefined)) return;
  const { description: _kept, ...form } = node;
  for (const key of Object.keys(form)) delete node[key];
  node.anyOf = [form, VARIABLE];
}

/** The JSON Schema (draft 2020-12) of an app file, for editors: made from the schema that validates. */
export const appFileJsonSchema = (): object =>
  z.toJSONSchema(describedFile, {
    target: "draft-2020-12",
    io: "input",
    override: ({ jsonSchema, path }) => {
      if (!path.includes("propertyNames")) allowVariables(jsonSchema);
    },
  });
