import { formatDuration } from "../output/format.js";
import type { ShownWait } from "./wait-log.js";

/** `waiting for the engine at unix:///run/docker.sock to list containers, for 4.0 s, and 2 more`. */
export function waitText({ wait, since, others }: ShownWait, now: number): string {
  const more = others > 0 ? `, and ${others} more` : "";
  return `waiting for ${wait.subject} to ${wait.action}, for ${formatDuration(now - since)}${more}`;
}
