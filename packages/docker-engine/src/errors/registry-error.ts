import { DeploymentError, type ErrorCode } from "@openfactory/deploy-core";
import type { CredentialsProblem } from "../registry-auth/credentials.js";
import { engineErrorCause, withoutPeriod } from "./engine-error.js";

/** The image of a pull or a digest lookup, for its errors. */
export interface PullSubject {
  image: string;
  registry: string;
  /** Whether the engine got credentials for the registry. */
  hasCredentials: boolean;
  /** Why the lookup of credentials failed, if it did. */
  problem?: CredentialsProblem;
}

/**
 * Why a registry does not answer about an image:
 * - `rate-limited`: too many requests (429)
 * - `unavailable`: overloaded or under maintenance (500, 502, 503, 504)
 * - `unreachable`: no connection
 */
export type RegistryFailure = "rate-limited" | "unavailable" | "unreachable";

// Errors within a stream of status 200, and answers with status 500, differ in their text only.
const CODES_BY_TEXT: readonly (readonly [pattern: RegExp, code: ErrorCode])[] = [
  // Docker Hub also reports that access is denied if a repository does not exist.
  [
    /repository does not exist or may require|manifest unknown|name unknown|not found|no matching manifest/i,
    "IMAGE_NOT_FOUND",
  ],
  // A number alone may be a tag.
  [
    /unauthorized|denied|forbidden|authentication required|no basic auth credentials|status(?: code)?:? ?40[13]\b/i,
    "UNAUTHORIZED",
  ],
];

const CODES_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: "INVALID_REQUEST",
  401: "UNAUTHORIZED",
  403: "UNAUTHORIZED",
  404: "IMAGE_NOT_FOUND",
};

const STATUS = "(?:status(?: code)?:? ?|HTTP/[\\d.]{1,4} )";

// Engines pass on a registry's text, within a stream of status 200 or with a status of their own.
const FAILURES_BY_TEXT: readonly (readonly [pattern: RegExp, trouble: RegistryFailure])[] = [
  [new RegExp(`toomanyrequests|too many requests|rate limit|${STATUS}429\\b`, "i"), "rate-limited"],
  [new RegExp(`${STATUS}50[0234]\\b|service unavailable|bad gateway|gateway time-?out`, "i"), "unavailable"],
  [
    /dial tcp|connection refused|connection reset|no such host|server misbehaving|i\/o timeout|handshake timeout|no route to host|network is unreachable|host is down|Client\.Timeout|context deadline exceeded|\bEOF\b|server gave HTTP response|x509:|tls: /i,
    "unreachable",
  ],
];

/**
 * An engine's report about a registry, as an error.
 * @param status of the engine's answer; undefined for an error within a stream.
 */
export function pullError(text: string, subject: PullSubject, status?: number): DeploymentError {
  const { image, registry } = subject;
  const byStatus = CODES_BY_STATUS[status ?? 0];
  const trouble = byStatus === undefined ? registryFailureIn(text, status) : undefined;
  const byText = CODES_BY_TEXT.find(([pattern]) => pattern.test(text))?.[1];
  const code = trouble ? "ENGINE_ERROR" : (byStatus ?? byText ?? "ENGINE_ERROR");
  return new DeploymentError(
    code,
    `The engine could not get image ${image} from registry ${registry}: ${withoutPeriod(text)}.`,
    {
      hint: trouble ? registryFailureHint(trouble, registry) : hintFor(code, subject),
      cause: { message: text, ...(status === undefined ? {} : { statusCode: status }) },
    },
  );
}

/** The registry's trouble behind an error of a pull or a digest lookup; undefined for any other error. */
export function registryFailure(error: unknown): RegistryFailure | undefined {
  const { message, statusCode } = engineErrorCause(error) ?? {};
  return message === undefined ? undefined : registryFailureIn(message, statusCode);
}

/** @param status of the engine's answer; some engines pass on the registry's. */
function registryFailureIn(text: string, status?: number): RegistryFailure | undefined {
  if (status === 429) return "rate-limited";
  const byText = FAILURES_BY_TEXT.find(([pattern]) => pattern.test(text))?.[1];
  return byText ?? (status === 503 || status === 502 || status === 504 ? "unavailable" : undefined);
}

/** The hint for an error with this trouble. */
export function registryFailureHint(trouble: RegistryFailure, registry: string): string {
  switch (trouble) {
    case "rate-limited":
      return `${registry} limits requests. Wait, run \`docker login\` for a higher limit, or pull from a mirror (registry-mirrors in the engine's daemon.json) or your own registry.`;
    case "unavailable":
      return `Try again when ${registry} is available. Until then, pull from a mirror, or load the image on the engine (\`docker load\`).`;
    case "unreachable":
      return `Check that ${registry} is running and that the engine can reach it.`;
  }
}

function hintFor(code: ErrorCode, { registry, hasCredentials, problem }: PullSubject): string {
  if (problem !== undefined && (code === "UNAUTHORIZED" || code === "IMAGE_NOT_FOUND")) {
    const check = code === "IMAGE_NOT_FOUND" ? "Check the image's name, tag and platform. " : "";
    return `${check}The likely cause is a failed lookup of credentials: ${problem.message}. ${problem.hint}`;
  }
  const login = registry === "docker.io" ? "`docker login`" : `\`docker login ${registry}\``;
  if (code === "IMAGE_NOT_FOUND")
    return `Check the image's name, tag and platform. If the image is private, run ${login}.`;
  if (code === "INVALID_REQUEST") return "Check the image's name and tag.";
  if (code !== "UNAUTHORIZED") return `Check that ${registry} is running and that the engine can reach it.`;
  return hasCredentials
    ? `The registry rejected the login in Docker's config.json. Run ${login} as a user who may pull the image.`
    : `Docker's config.json has no login for this registry. Run ${login}.`;
}
