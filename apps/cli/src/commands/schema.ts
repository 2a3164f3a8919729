import { EXIT, type ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/options.js";

/** The formats with a JSON Schema. */
export type SchemaName = "file" | "plan" | "events";

/** Prints the JSON Schema of app files (for editors), of plans, or of the events of `--json` (for programs). */
export async function schemaCommand({ io, options }: CommandContext<{ what: SchemaName }>): Promise<ExitCode> {
  io.stdout.write(`${JSON.stringify(await schemaOf(options.what), null, 2)}\n`);
  return EXIT.ok;
}

async function schemaOf(what: SchemaName): Promise<object> {
  if (what === "file") return (await import("@openfactory/app-file")).appFileJsonSchema();
  const { eventSchema, planSchema } = await import("../schemas/event-schemas.js");
  const { outputJsonSchema } = await import("../schemas/event-schemas.js");
  return outputJsonSchema(what === "plan" ? planSchema : eventSchema);
}
