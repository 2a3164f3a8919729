import type { DeployRequest } from "@openfactory/deploy-core";
import type { Suite } from "../suite.js";
import { fieldSamples } from "./field-samples.js";
import { partOf } from "./sample.js";

/** Samples that do not go with others. */
const APART = new Set([
  "args alone, which leave the image's entrypoint",
  "command, as a line that a shell would split",
]);

/** One request with every field that the strategy honours; of several samples of a field, the last that it honours. */
export async function everything(suite: Suite): Promise<Partial<DeployRequest>> {
  let whole: Partial<DeployRequest> = {};
  for (const sample of fieldSamples.filter(({ title, recent }) => !APART.has(title) && !recent)) {
    const part = await partOf(sample, suite);
    // Several replicas can't share a host port on one machine.
    if (part.mode !== undefined) continue;
    if (suite.honours(part)) whole = { ...whole, ...part };
  }
  return whole;
}
