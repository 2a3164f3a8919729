import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Io } from "../io.js";
import { DEFAULT_PLATFORM, type GlobalOptions } from "../options/global-options.js";

/**
 * The platform that was chosen: by option, in the environment, or in `.ofaenv` in the working directory, where OpenFactory
 * reads it too. Undefined: none was.
 * @throws DeploymentError `INVALID_FILE` for a bad line in `.ofaenv`, which might have named another platform.
 */
export async function chosenPlatform(
  { platform }: Pick<GlobalOptions, "platform">,
  { env, cwd }: Pick<Io, "env" | "cwd">,
): Promise<string | undefined> {
  const given = platform ?? (env["DEPLOYMENT_PLATFORM"] || undefined);
  if (given !== undefined || !existsSync(join(cwd, ".ofaenv"))) return given;
  const { openfactoryEnvironment } = await import("@openfactory/app-file");
  return (await openfactoryEnvironment(cwd, env))["DEPLOYMENT_PLATFORM"] || undefined;
}

/** The platform's name: as chosen, or the default. @throws DeploymentError as `chosenPlatform`. */
export const platformOf = async (
  options: Pick<GlobalOptions, "platform">,
  io: Pick<Io, "env" | "cwd">,
): Promise<string> => (await chosenPlatform(options, io)) ?? DEFAULT_PLATFORM;
