import type { DeploymentError } from "@openfactory/deploy-core";
import type { DownReport, RemovalVerdict } from "@openfactory/deployer";
import { inWords } from "./durations.js";
import { resourcesText } from "./resources-text.js";
import { harmless } from "./style.js";

const NOTES: Readonly<Record<RemovalVerdict["outcome"], string>> = {
  removed: "removed",
  failed: "failed: still there",
  skipped: "not begun: the run was interrupted",
  foreign: "left alone: this project did not make it",
  "put-back": "removed, and there again",
};

const noteOf = ({ outcome, reason }: RemovalVerdict): string =>
  outcome === "foreign" && reason !== undefined
    ? `left: ${reason.charAt(0).toLowerCase()}${reason.slice(1).replace(/\.$/, "")}`
    : NOTES[outcome];

/** What became of each service and of what was made for them, or that there was none. */
export function downText({ services, resources, project, elapsedMs, outcome }: DownReport): string {
  const lines = services.map((removal) => `${harmless(removal.app ?? removal.service)}: ${noteOf(removal)}\n`).join("");
  const all = [...services, ...resources];
  const removed = all.filter(({ outcome: word }) => word === "removed").length;
  const left = all.filter(({ outcome: word }) => word === "failed" || word === "skipped").length;
  const sum = removed + left === 0 ? "nothing to remove" : `${removed} removed in ${inWords(elapsedMs)}`;
  const rest = left === 0 ? "" : `, ${left} still there`;
  return `${lines}${resourcesText(resources)}${project}: ${sum}${rest}${outcome === "interrupted" ? "; interrupted" : ""}\n`;
}

/** What could not be removed, services first. */
export const downErrors = ({ services, resources }: DownReport): (DeploymentError | undefined)[] =>
  [...services, ...resources].map(({ error }) => error);
