import { Redactor, secretsOfEnvironment, secretsWithin } from "@openfactory/deploy-core";
import type { Environment } from "../config/config-directory.js";

/** What a child process says of itself, without the secrets of its environment, and without what it names as secret. */
export const programWords = (words: string, env: Environment): string =>
  new Redactor([...secretsOfEnvironment(env), ...secretsWithin(words).map((value) => ({ value }))]).text(words);
