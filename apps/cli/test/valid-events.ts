import { Ajv2020 } from "ajv/dist/2020.js";
import { eventSchema } from "../src/schemas/event-schemas.js";
import { outputJsonSchema } from "../src/schemas/json-schema.js";

const isValid = new Ajv2020({ strict: false }).compile(outputJsonSchema(eventSchema, { exact: true }));

/** @throws Error for a line that is not what `ofdeploy schema events` says, or has a field that it does not name. */
export function checkEvent(event: object): void {
  if (isValid(event)) return;
  const findings = (isValid.errors ?? [])
    .filter(({ keyword }) => keyword !== "const")
    .map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
  throw new Error(`This line is not as the schema has it: ${JSON.stringify(event)}\n${findings.join("\n")}`);
}
