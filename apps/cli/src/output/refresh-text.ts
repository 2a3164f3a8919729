import type { RefreshReport } from "@openfactory/deployer";
import { inWords } from "./durations.js";

const NOTES = {
  renewed: "renewed",
  kept: "kept as they were",
  failed: "failed",
  skipped: "not begun: the run was interrupted",
  foreign: "left alone: this project did not make it",
} as const;

/** What became of each service's credentials, or that there is no service. */
export function refreshText({ services, project, elapsedMs }: RefreshReport): string {
  if (services.length === 0) return `${project}: nothing is deployed\n`;
  const lines = services.map(({ app, service, outcome }) => `${app ?? service}: ${NOTES[outcome]}\n`).join("");
  const renewed = services.filter(({ outcome }) => outcome === "renewed").length;
  return `${lines}${project}: ${renewed} renewed in ${inWords(elapsedMs)}\n`;
}
