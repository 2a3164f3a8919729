import { DeploymentError, type ErrorCode } from "@openfactory/deploy-core";
import { engineFault } from "./engine-error.js";
import type { CredentialsProblem } from "../registry-auth/credentials.js";

/** The image that was asked for, as its errors name it. */
export interface PullSubject {
  image: string;
  registry: string;
  /** Whether the registry was shown credentials. */
  hasCredentials: boolean;
  /** Why it was shown none, or others than those that were meant. */
  problem?: CredentialsProblem;
}

// Within a stream with status 200, and in answers with status 500, the text is all that tells them apart.
const CODES_BY_TEXT: readonly (readonly [pattern: RegExp, code: ErrorCode])[] = [
  // Docker Hub says of a repository that is not there, too, that access is denied.
  [
    /repository does not exist or may require|manifest unknown|name unknown|not found|no matching manifest/i,
    "IMAGE_NOT_FOUND",
  ],
  // A number alone may be a tag.
  [
    /unauthorized|denied|forbidden|authentication required|no basic auth credentials|status(?: code)?:?\s*40[13]\b/i,
    "UNAUTHORIZED",
  ],
];

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: "INVALID_REQUEST",
  401: "UNAUTHORIZED",
  403: "UNAUTHORIZED",
  404: "IMAGE_NOT_FOUND",
};

/** What the engine says of a registry, as an error. `status` is that of the answer; none within a stream. */
export function pullError(words: string, subject: PullSubject, status?: number): DeploymentError {
  const { image, registry } = subject;
  const trouble = BY_STATUS[status ?? 0] === undefined ? troubleIn(words, status) : undefined;
  const told = CODES_BY_TEXT.find(([pattern]) => pattern.test(words))?.[1];
  const code = trouble ? "ENGINE_ERROR" : (BY_STATUS[status ?? 0] ?? told ?? "ENGINE_ERROR");
  return new DeploymentError(
    code,
    `The engine could not get the image ${image} from the registry ${registry}: ${words.replace(/\.?\s*$/, ".")}`,
    {
      hint: trouble ? troubleHint(trouble, registry) : hintFor(code, subject),
      cause: { message: words, ...(status === undefined ? {} : { statusCode: status }) },
    },
  );
}

function hintFor(code: ErrorCode, { registry, hasCredentials, problem }: PullSubject): string {
  if (problem !== undefined && (code === "UNAUTHORIZED" || code === "IMAGE_NOT_FOUND")) {
    const check =
      code === "IMAGE_NOT_FOUND" ? "Check the image's name, tag and platform. If it needs a login, that" : "That";
    return `${check} is probably because no credentials could be looked up: ${problem.message}. ${problem.hint}`;
  }
  const login = registry === "docker.io" ? "docker login" : `docker login ${registry}`;
  if (code === "IMAGE_NOT_FOUND")
    return `Check the image's name, tag and platform; for a private one, log in with ${login}.`;
  if (code === "INVALID_REQUEST") return "Check the image's name and tag.";
  if (code !== "UNAUTHORIZED") return `See whether ${registry} runs, and whether the engine can reach it.`;
  return hasCredentials
    ? `It was shown the credentials that Docker's config.json has for it: log in anew with ${login}, as a user who may pull the image.`
    : `Docker's config.json has no credentials for it: log in with ${login}.`;
}

/**
 * Why a registry gives no answer about an image:
 * - `rate-limited`: it has had too many requests (429)
 * - `unavailable`: it is overloaded or under maintenance (500, 502, 503, 504)
 * - `unreachable`: no connection to it comes about
 */
export type RegistryTrouble = "rate-limited" | "unavailable" | "unreachable";

const STATUS = "(?:status(?: code)?:?\\s*|HTTP/[\\d.]+ )";

// Engines pass on what a registry says in words, within a stream of status 200 or with a status of their own.
const TROUBLES_BY_TEXT: readonly (readonly [pattern: RegExp, trouble: RegistryTrouble])[] = [
  [new RegExp(`toomanyrequests|too many requests|rate limit|${STATUS}429\\b`, "i"), "rate-limited"],
  [new RegExp(`${STATUS}50[0234]\\b|service unavailable|bad gateway|gateway time-?out`, "i"), "unavailable"],
  [
    /dial tcp|connection refused|connection reset|no such host|server misbehaving|i\/o timeout|handshake timeout|no route to host|network is unreachable|host is down|Client\.Timeout|context deadline exceeded|\bEOF\b|server gave HTTP response|x509:|tls: /i,
    "unreachable",
  ],
];

/** @param status of the engine's answer, which for some engines is the registry's. */
function troubleIn(words: string, status?: number): RegistryTrouble | undefined {
  if (status === 429) return "rate-limited";
  const told = TROUBLES_BY_TEXT.find(([pattern]) => pattern.test(words))?.[1];
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
