import type { DownReport } from "@openfactory/deployer";
import { inWords } from "./durations.js";

const NOTES = {
  removed: "removed",
  failed: "failed: still there",
  skipped: "not begun: the run was interrupted",
  foreign: "left alone: this project did not make it",
  "put-back": "removed, and there again",
} as const;

/** What became of each service, or that there was none. */
export function downText({ services, project, elapsedMs }: DownReport): string {
  const lines = services.map(({ app, service, outcome }) => `${app ?? service}: ${NOTES[outcome]}\n`).join("");
  const removed = services.filter(({ outcome }) => outcome === "removed").length;
  const sum = removed === 0 && !lines.includes("still") ? "nothing to remove" : `${removed} removed in ${inWords(elapsedMs)}`;
  return `${lines}${project}: ${sum}\n`;
}
