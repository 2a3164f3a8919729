import { createRequire } from "node:module";

/** The version of `ofdeploy`. */
export const readVersion = (): string =>
  (createRequire(import.meta.url)("../package.json") as { version: string }).version;
