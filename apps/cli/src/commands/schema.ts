import type { CommandContext } from "../command-context.js";
import { EXIT, type ExitCode } from "../exit-codes.js";

/** What there is a JSON Schema of. */
export type SchemaName = "file" | "plan" | "events";

/** The JSON Schema of the app file, for editors; of the plan, or of all lines of `--json`, for programs. */
export async function schemaCommand({ io, options }: CommandContext<{ what: SchemaName }>): Promise<ExitCode> {
  io.stdout.write(`${JSON.stringify(await schemaOf(options.what), null, 2)}\n`);
  return EXIT.ok;
}

async function schemaOf(what: SchemaName): Promise<object> {
  if (what === "file") return (await import("@openfactory/app-file")).appFileJsonSchema();
  const { eventSchema, planSchema } = await import("../schemas/event-schemas.js");
  const { outputJsonSchema } = await import("../schemas/json-schema.js");
  return outputJsonSchema(what === "plan" ? planSchema : eventSchema);
}
