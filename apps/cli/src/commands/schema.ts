import type { CommandContext } from "../command-context.js";
import { EXIT, type ExitCode } from "../exit-codes.js";

/** The JSON Schema of the app file, for editors. */
export async function schemaCommand({ io }: CommandContext): Promise<ExitCode> {
  const { appFileJsonSchema } = await import("@openfactory/app-file");
  io.stdout.write(`${JSON.stringify(appFileJsonSchema(), null, 2)}\n`);
  return EXIT.ok;
}
