import { z } from "zod";
import type { FilePath } from "../source/tree.js";
import { appFileJsonSchema } from "./json-schema.js";

interface Schema {
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
}

let root: Schema | undefined;

/** The keys that a mapping at `path` of an app file may have. */
export function knownKeys(path: FilePath): string[] {
  root ??= appFileJsonSchema() as Schema;
  return keysAt(root, path);
}

/** The same of another schema, such as a connector's. None where the schema can't be described. */
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
