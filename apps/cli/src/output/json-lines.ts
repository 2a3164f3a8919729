import type { Output } from "../io.js";

/** Writes one JSON object a line: `event` first, then the time, then what it is about. */
export const writeJson = (output: Output, event: string, fields: object): void => {
  output.write(`${JSON.stringify({ event, time: new Date().toISOString(), ...fields })}\n`);
};
