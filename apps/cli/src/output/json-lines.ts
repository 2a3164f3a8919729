import type { ServiceSettings } from "@openfactory/deploy-core";
import type { Output } from "../io.js";

/** Writes one JSON object as a line: `event`, `time` and the fields. Masks the values of `env` in settings, at any depth. */
export const writeJson = (output: Output, event: string, fields: object): void => {
  output.write(`${JSON.stringify({ event, time: new Date().toISOString(), ...fields }, masked)}\n`);
};

const masked = (key: string, value: unknown): unknown =>
  key === "settings" ? maskEnv(value as ServiceSettings) : value;

const maskEnv = (settings: ServiceSettings): ServiceSettings => ({
  ...settings,
  env: settings.env.map((entry) => `${entry.slice(0, entry.indexOf("="))}=***`),
});
