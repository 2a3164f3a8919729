import { z } from "zod";

/**
 * A schema that `create` creates when it validates its first value. Creating all schemas of requests and files at the start
 * took a quarter of the instructions of a short command. The created schema must not be optional: write `deferred(...).optional()`.
 */
export function deferred<Schema extends z.ZodType>(create: () => Schema): z.ZodLazy<Schema> {
  const schema = z.lazy(create);
  // For a missing key, zod asks whether its schema is optional. A lazy schema would be created to answer.
  // oxlint-disable-next-line no-underscore-dangle -- the property that zod has for authors of schema types
  (schema as z.ZodLazy)._zod.optin = undefined;
  return schema;
}

/** The number of sets of keys that get a schema. Objects with further sets are validated with all keys. */
const MAX_SETS = 100;

/**
 * Validates values with the same result as `schema.safeParse`, in less time: zod visits every key of a schema for every object,
 * and most objects have few of the keys.
 */
export function validatorOf<Schema extends z.ZodObject>(
  schema: Schema,
): (value: unknown) => z.ZodSafeParseResult<z.output<Schema>> {
  const fields = Object.entries(schema.shape);
  const schemas = new Map<string, Schema>();
  const schemaFor = (value: object): Schema => {
    const chosen = fields.filter(([key, field]) => key in value || !(field instanceof z.ZodOptional));
    const set = chosen.map(([key]) => key).join(" ");
    const known = schemas.get(set);
    if (known !== undefined) return known;
    if (schemas.size === MAX_SETS) return schema;
    // With the checks of the whole object, which pick() would refuse.
    const created = schema.clone({ ...schema.def, shape: Object.fromEntries(chosen) });
    schemas.set(set, created);
    return created;
  };
  return (value) => schemaFor(typeof value === "object" && value !== null ? value : {}).safeParse(value);
}
