import type { DeploymentError } from "@openfactory/deploy-core";
import type { ScaleAllReport, ScaledApp } from "../scale/scale-all-report.js";
import { inWords } from "./durations.js";
import { harmless } from "./style.js";

/** A line for each app: `web: 1 => 3 replicas, running in 2.1 s`. */
export const scaleText = ({ apps }: ScaleAllReport): string =>
  apps.map((scaled) => `${harmless(scaled.app)}: ${wordsOf(scaled)}\n`).join("");

function wordsOf({ from, to, outcome, elapsedMs }: ScaledApp): string {
  const count = `${to} ${to === 1 ? "replica" : "replicas"}`;
  const change = from === undefined || from === to ? count : `${from} => ${count}`;
  if (outcome === "stopped") return `${change}, stopped`;
  if (outcome === "running") return `${change}, running in ${inWords(elapsedMs)}`;
  if (outcome === "started") return `${change}, not waited for`;
  return outcome === "failed" ? `${change}: failed` : `${change}: not begun`;
}

export const scaleErrors = ({ apps }: ScaleAllReport): (DeploymentError | undefined)[] =>
  apps.map(({ error }) => error);
