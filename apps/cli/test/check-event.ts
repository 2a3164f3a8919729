import { Ajv2020 } from "ajv/dist/2020.js";
import { eventSchema, outputJsonSchema } from "../src/schemas/event-schemas.js";

// To optimize the code would take longer than all tests that run it.
const ajv = new Ajv2020({ strict: false, code: { optimize: false } });
const isValid = ajv.compile(outputJsonSchema(eventSchema, { exact: true }));

/** Checks a line of `--json` by `ofdeploy schema events`. @throws Error for a line that differs or has additional fields. */
export function checkEvent(event: object): void {
  if (isValid(event)) return;
  const findings = (isValid.errors ?? [])
    .filter(({ keyword }) => keyword !== "const")
    .map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
  throw new Error(`This line does not match the schema: ${JSON.stringify(event)}\n${findings.join("\n")}`);
}
