import type { ServiceSettings } from "@openfactory/deploy-core";
import type { Output } from "../io.js";

/**
 * Writes one JSON object a line: `event` first, then the time, then what it is about. Values of `env` in settings are
 * masked, wherever they stand.
 */
export const writeJson = (output: Output, event: string, fields: object): void => {
  output.write(`${JSON.stringify({ event, time: new Date().toISOString(), ...fields }, masked)}\n`);
};

const masked = (key: string, value: unknown): unknown =>
  key === "settings" ? withoutValues(value as ServiceSettings) : value;

const withoutValues = (settings: ServiceSettings): ServiceSettings => ({
  ...settings,
  env: settings.env.map((entry) => `${entry.slice(0, entry.indexOf("="))}=***`),
});
