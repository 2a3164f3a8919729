import type { Healthcheck } from "@openfactory/deploy-core";

const MILLISECOND = 1_000_000;
/** Docker's own. */
const DEFAULT_INTERVAL = 30_000 * MILLISECOND;
const DEFAULT_RETRIES = 3;

/**
 * The words of a simulated check: `exit <code>` passes with 0, `after <ms>` passes once the process has run so long,
 * anything else passes.
 */
const passes = ([kind, ...rest]: readonly string[], ranMs: number): boolean => {
  const [program, word] = kind === "CMD-SHELL" ? (rest[0] ?? "").split(" ") : rest;
  if (program === "exit") return Number(word) === 0;
  if (program === "after") return ranMs >= Number(word);
  return true;
};

/**
 * What a health check has found by now. The first check is made as the process starts, the others at its interval; once
 * a check passes, those after it do.
 * @param ranMs how long the process has run, in milliseconds.
 */
export function healthAfter(
  check: Healthcheck | undefined,
  ranMs: number,
): "starting" | "healthy" | "unhealthy" | undefined {
  if (check === undefined || check.Test[0] === "NONE") return undefined;
  const intervalMs = (check.Interval || DEFAULT_INTERVAL) / MILLISECOND;
  const checks = Math.floor(ranMs / intervalMs);
  if (passes(check.Test, checks * intervalMs)) return "healthy";
  const lenient = Math.ceil((check.StartPeriod ?? 0) / MILLISECOND / intervalMs);
  return checks + 1 - lenient >= (check.Retries || DEFAULT_RETRIES) ? "unhealthy" : "starting";
}
