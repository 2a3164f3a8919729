import { fileSamples } from "./file-samples.js";
import { lifecycleSamples } from "./lifecycle-samples.js";
import { networkSamples } from "./network-samples.js";
import { placementSamples } from "./placement-samples.js";
import { processSamples } from "./process-samples.js";
import type { FieldSample } from "./sample.js";

export const fieldSamples: FieldSample[] = [
  ...processSamples,
  ...networkSamples,
  ...placementSamples,
  ...fileSamples,
  ...lifecycleSamples,
];
