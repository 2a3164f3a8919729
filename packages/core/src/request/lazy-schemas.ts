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

type Fields = Readonly<Record<string, z.ZodType | (() => z.ZodOptional)>>;

type ShapeOf<Keys extends Fields> = {
  -readonly [Key in keyof Keys]: Keys[Key] extends () => infer Schema ? Schema : Keys[Key];
};

/**
 * The shape of an object whose values have few of its optional keys. The schema of an optional key is created, once, when
 * {@link validatorOf} finds the key in a value, or when the schema of the whole object is used.
 * @param fields the schemas of the required keys, and functions that create those of the optional keys.
 */
export function deferredShape<Keys extends Fields>(fields: Keys): ShapeOf<Keys> {
  const shape = {};
  for (const [key, field] of Object.entries(fields)) {
    let schema: z.ZodType | undefined;
    Object.defineProperty(
      shape,
      key,
      typeof field === "function"
        ? { get: () => (schema ??= field()), enumerable: true }
        : { value: field, enumerable: true },
    );
  }
  return shape as ShapeOf<Keys>;
}

/** The number of sets of keys that get a schema. Objects with further sets are validated with all keys. */
const MAX_SETS = 100;

/**
 * Validates values with the same result as `schema.safeParse`, in less time: zod visits every key of a schema for every object,
 * and most objects have few of the keys.
 * @param shape the shape of the schema, from {@link deferredShape}.
 */
export function validatorOf<Schema extends z.ZodObject>(
  schema: Schema,
  shape: Schema["shape"],
): (value: unknown) => z.ZodSafeParseResult<z.output<Schema>> {
  const keys = Object.entries(Object.getOwnPropertyDescriptors(shape));
  const schemas = new Map<string, Schema>();
  const schemaFor = (value: object): Schema => {
    const chosen = keys.filter(([key, { get }]) => key in value || get === undefined);
    const set = chosen.map(([key]) => key).join(" ");
    const known = schemas.get(set);
    if (known !== undefined) return known;
    if (schemas.size === MAX_SETS) return schema;
    // With the checks of the whole object, which pick() would refuse. Reading all of `def` would create all schemas.
    const { type, catchall, checks, error } = schema.def;
    const created = schema.clone({
      type,
      catchall,
      checks,
      error,
      shape: Object.defineProperties({}, Object.fromEntries(chosen)),
    } as Schema["def"]);
    schemas.set(set, created);
    return created;
  };
  return (value) => schemaFor(typeof value === "object" && value !== null ? value : {}).safeParse(value);
}
