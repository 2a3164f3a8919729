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
