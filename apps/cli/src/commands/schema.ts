import { EXIT, type ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";

/** The formats with a JSON Schema. */
export type SchemaName = "file" | "plan" | "events";

/** Prints the JSON Schema of app files (for editors), of plans, or of the events of `--json` (for programs). */
export async function schemaCommand({ io, options }: CommandContext<{ format: SchemaName }>): Promise<ExitCode> {
  io.stdout.write(`${JSON.stringify(await schemaOf(options.format), null, 2)}\n`);
  return EXIT.ok;
}

async function schemaOf(format: SchemaName): Promise<object> {
  if (format === "file") return (await import("@openfactory/app-file")).appFileJsonSchema();
  const { eventSchema, outputJsonSchema, planFileSchema } = await import("../schemas/event-schemas.js");
  if (format === "events") return outputJsonSchema(eventSchema);
  const { savedPlanSchema } = await import("../schemas/saved-plan-schema.js");
  return outputJsonSchema(planFileSchema(savedPlanSchema));
}
