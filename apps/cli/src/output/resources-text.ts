import type { ResourceVerdict } from "@openfactory/deployer";
import { harmless } from "./style.js";

const WORDS: Readonly<Record<ResourceVerdict["outcome"], string>> = {
  created: "created",
  removed: "removed",
  "put-back": "removed again",
  failed: "failed",
  skipped: "not begun",
  kept: "kept",
};

export const resourceWords = ({ outcome }: ResourceVerdict): string => WORDS[outcome];

/** A line for each outcome, and for each resource that is kept, with the reason: `created: network factory_back, secret factory_key_0123456789ab`. */
export function resourcesText(resources: readonly ResourceVerdict[]): string {
  const kept = resources.filter(({ outcome }) => outcome === "kept");
  const byOutcome = Map.groupBy(
    resources.filter(({ outcome }) => outcome !== "kept"),
    ({ outcome }) => outcome,
  );
  return [...byOutcome]
    .map(
      ([outcome, some]) =>
        `${WORDS[outcome]}: ${some.map(({ kind, name }) => `${kind} ${harmless(name)}`).join(", ")}\n`,
    )
    .concat(kept.map(({ kind, name, reason = "" }) => `kept: ${kind} ${harmless(name)}: ${harmless(reason)}\n`))
    .join("");
}
