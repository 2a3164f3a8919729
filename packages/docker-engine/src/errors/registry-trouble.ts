import { engineFault } from "./engine-error.js";

/**
 * Why a registry gives no answer about an image:
 * - `rate-limited`: it has had too many requests (429)
 * - `unavailable`: it is overloaded or under maintenance (500, 502, 503, 504)
 * - `unreachable`: no connection to it comes about
 */
export type RegistryTrouble = "rate-limited" | "unavailable" | "unreachable";

const STATUS = "(?:status(?: code)?:?\\s*|HTTP/[\\d.]+ )";

// Engines pass on what a registry says in words, within a stream of status 200 or with a status of their own.
const IN_WORDS: readonly (readonly [pattern: RegExp, trouble: RegistryTrouble])[] = [
  [new RegExp(`toomanyrequests|too many requests|rate limit|${STATUS}429\\b`, "i"), "rate-limited"],
  [new RegExp(`${STATUS}50[0234]\\b|service unavailable|bad gateway|gateway time-?out`, "i"), "unavailable"],
  [
    /dial tcp|connection refused|connection reset|no such host|server misbehaving|i\/o timeout|handshake timeout|no route to host|network is unreachable|host is down|Client\.Timeout|context deadline exceeded|\bEOF\b|server gave HTTP response|x509:|tls: /i,
    "unreachable",
  ],
];

/** @param status of the engine's answer, which for some engines is the registry's. */
export function troubleIn(words: string, status?: number): RegistryTrouble | undefined {
  if (status === 429) return "rate-limited";
  const told = IN_WORDS.find(([pattern]) => pattern.test(words))?.[1];
  return told ?? (status === 503 || status === 502 || status === 504 ? "unavailable" : undefined);
}

/** The trouble that an error of a pull, or of a look for a digest, stands for; undefined: it is another error. */
export function registryTrouble(error: unknown): RegistryTrouble | undefined {
  const { message, statusCode } = engineFault(error) ?? {};
  return message === undefined ? undefined : troubleIn(message, statusCode);
}

/** What to do about it. */
export function troubleHint(trouble: RegistryTrouble, registry: string): string {
  switch (trouble) {
    case "rate-limited":
      return `Wait until ${registry} takes requests again, log in with docker login, which raises the limit, or pull from a mirror (registry-mirrors in the engine's daemon.json) or a registry of your own.`;
    case "unavailable":
      return `Try again when ${registry} is back; until then, pull from a mirror, or load the image on the engine (docker load).`;
    case "unreachable":
      return `See whether ${registry} runs, and whether the engine can reach it.`;
  }
}
