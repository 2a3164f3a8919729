import { isDeepStrictEqual } from "node:util";
import type { ServiceSettings } from "@openfactory/deploy-core";

const plain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `KEY=VALUE` entries by key. */
const byKey = (env: readonly string[]): Record<string, string> =>
  Object.fromEntries(env.map((entry) => [entry.slice(0, entry.indexOf("=")), entry]));

/** Where settings differ: `env.LOG_LEVEL`, `labels.team`, `image`. Paths only, no values: they may be secret. */
export function changedPaths(from: ServiceSettings, to: ServiceSettings): string[] {
  return differing({ ...from, env: byKey(from.env) }, { ...to, env: byKey(to.env) }).sort();
}

function differing(from: Record<string, unknown>, to: Record<string, unknown>, path = ""): string[] {
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((key) => {
    const [a, b] = [from[key], to[key]];
    if (isDeepStrictEqual(a, b)) return [];
    return plain(a) && plain(b) ? differing(a, b, `${path}${key}.`) : [`${path}${key}`];
  });
}
