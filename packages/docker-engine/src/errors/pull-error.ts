import { DeploymentError, type ErrorCode } from "@openfactory/deploy-core";
import type { CredentialsProblem } from "../credentials/credentials.js";
import { troubleHint, troubleIn } from "./registry-trouble.js";

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
const IN_WORDS: readonly (readonly [pattern: RegExp, code: ErrorCode])[] = [
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
  const told = IN_WORDS.find(([pattern]) => pattern.test(words))?.[1];
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
