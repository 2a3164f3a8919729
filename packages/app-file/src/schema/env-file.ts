import { z } from "zod";
import { flag, maybe, text } from "./scalars.js";

/** How many env files one app may name. */
const MOST_FILES = 100;

const long = z.strictObject({
  path: text.describe("Path of the file. A relative one counts from the folder of this file."),
  required: maybe(flag).describe("Whether it must be there. Default: true."),
});

/** Compose's `env_file`. */
export const envFile = z
  .union([text, long, z.array(z.union([text, long])).max(MOST_FILES, `expected at most ${MOST_FILES} env files`)])
  .describe("Env files: their variables are the app's, the later file's over the earlier's, and below environment.");

export type EnvFile = z.output<typeof envFile>;
