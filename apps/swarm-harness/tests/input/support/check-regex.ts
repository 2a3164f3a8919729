import type { FoundRegex } from "./find-regexes.js";

/** Time limit of one check. The slowest takes a minute. */
const TIMEOUT_MS = 180_000;

/** Whether a regular expression takes linear time for any text: `linear`, or the reason why not. */
export async function checkRegex({ source, flags }: Pick<FoundRegex, "source" | "flags">): Promise<string> {
  // One of several back ends of recheck, without a process or a thread.
  process.env["RECHECK_BACKEND"] = "pure";
  const { check } = await import("recheck");
  // It does not know the flag v. Set notation does not affect the time.
  const pattern = source.replaceAll("[\\p{Cc}--[\\t\\n]]", "\\p{Cc}");
  const result = await check(pattern, flags.replace("v", "u"), { timeout: TIMEOUT_MS });
  if (result.status === "safe") return "linear";
  if (result.status === "unknown") return `unknown: ${result.error.kind}`;
  return `${result.complexity.summary}: ${result.attack.pattern}`;
}
