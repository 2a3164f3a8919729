import type { ResourceVerdict } from "@openfactory/deployer";
import { harmless } from "./style.js";

const WORDS: Readonly<Record<ResourceVerdict["outcome"], string>> = {
  created: "created",
  removed: "removed",
  "put-back": "removed again",
  failed: "failed",
  skipped: "not begun",
};

export const resourceWords = ({ outcome }: ResourceVerdict): string => WORDS[outcome];

/** A line for each outcome: `created: network factory_back, secret factory_key_0123456789ab`. */
export function resourcesText(resources: readonly ResourceVerdict[]): string {
  const byOutcome = Map.groupBy(resources, ({ outcome }) => outcome);
  return [...byOutcome]
    .map(([outcome, some]) => `${WORDS[outcome]}: ${some.map(({ kind, name }) => `${kind} ${harmless(name)}`).join(", ")}\n`)
    .join("");
}
