import type { ServiceSettings } from "@openfactory/deploy-core";
import type { Io, Output } from "../io.js";

/** Writes one JSON object as a line: `event`, `time` and the fields. Masks the values of `env` in settings, at any depth. */
export const writeJson = (output: Output, event: string, fields: object): void => {
  output.write(`${jsonText({ event, time: new Date().toISOString(), ...fields }, masked)}\n`);
};

/** Writes the last line of `--json`, and before it the line `timings` of `--timings`. */
export const writeResult = ({ stdout, timings }: Pick<Io, "stdout" | "timings">, fields: object): void => {
  if (timings !== undefined) writeJson(stdout, "timings", timings());
  writeJson(stdout, "result", fields);
};

/** JSON in which every character that a terminal could interpret is escaped, so that it is printed and not lost. */
export const jsonText = (
  value: unknown,
  replacer?: (key: string, value: unknown) => unknown,
  indent?: number,
): string =>
  JSON.stringify(value, replacer, indent).replace(
    /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

const masked = (key: string, value: unknown): unknown =>
  key === "settings" ? maskEnv(value as ServiceSettings) : value;

const maskEnv = (settings: ServiceSettings): ServiceSettings => ({
  ...settings,
  env: settings.env.map((entry) => `${entry.slice(0, entry.indexOf("="))}=***`),
});
