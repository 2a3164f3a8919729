import { DeploymentError, type ErrorCode } from "@openfactory/deploy-core";
import type { CallSubject } from "../connection/engine-call.js";
import { dockerStatus } from "../podman/dialect.js";

/** The engine's own error, as the `cause` of an error of this package. */
export interface EngineErrorCause {
  /** HTTP status code; undefined if the engine did not answer. */
  statusCode?: number;
  /** The engine's text. */
  message: string;
  /** System error code, e.g. `ECONNREFUSED`. */
  code?: string;
  /** The connection was not opened, so the engine did not get the call. */
  notConnected?: true;
}

/** The engine's own error in a DeploymentError of this package; undefined if it has none. */
export function engineErrorCause(error: unknown): EngineErrorCause | undefined {
  if (!DeploymentError.isInstance(error)) return undefined;
  const fault = error.cause as Partial<EngineErrorCause> | undefined;
  return typeof fault === "object" && typeof fault?.message === "string" ? (fault as EngineErrorCause) : undefined;
}

/** A text without the period at its end, to continue the sentence. */
export const withoutPeriod = (text: string): string => text.trimEnd().replace(/\.$/, "");

/** The engine's own message in an error, or else the error's message, without the period at its end. */
export const engineMessage = (error: DeploymentError): string =>
  withoutPeriod(engineErrorCause(error)?.message ?? error.message);

const HINTS: Partial<Record<ErrorCode, string>> = {
  UNAUTHORIZED: "Log in with `docker login`, or ask for permission on that engine.",
  IMAGE_NOT_FOUND: "Check the image's name and tag, or build, load or pull it first.",
  NOT_A_SWARM_MANAGER:
    "Use a manager's address (--host, --context or DOCKER_HOST), or run `docker swarm init` on this engine.",
  ENGINE_ERROR: "See the engine's log for details.",
};

/** No subnet is left for a network: Docker answers with 404 (libnetwork, ErrNoAvailablePool), Podman with 500. */
const NO_SUBNET = /could not find an available, non-overlapping|could not find free subnet/;

/** Engines send 403 for a few calls, such as to remove a built-in network; otherwise a proxy or a plugin sends it. */
const FORBIDDEN_HINT =
  "The engine, or a proxy or an authorization plugin in front of it, forbids this call. Use an address of the engine that allows it (--host, --context or DOCKER_HOST).";

/** Hints for messages of an engine whose cause is known. */
const MESSAGE_HINTS: readonly (readonly [message: RegExp, hint: string])[] = [
  [
    NO_SUBNET,
    "All subnets of the engine are in use. Remove unused networks with `docker network prune`, or add subnets to default-address-pools in the engine's daemon.json.",
  ],
  // A manager that can't reach the others. The status is 500 or 503, depending on the engine's version.
  [
    /does not have a leader/,
    "More than half of the swarm's managers must be online. Start the others, and run `docker node ls` on one of them.",
  ],
  [
    /error (?:while mounting volume|resolving passed in network volume address)|failed to mount local volume/,
    "Mount the volume on the machine of the engine by hand to see the reason. It must reach the server, and NFS requires its client (nfs-common).",
  ],
];

function codeOf(status: number, subject: CallSubject, message: string): ErrorCode {
  if (NO_SUBNET.test(message)) return "ENGINE_ERROR";
  if (status === 400) return "INVALID_REQUEST";
  if (status === 401 || status === 403) return "UNAUTHORIZED";
  if (status === 404) return subject.image === undefined ? "NOT_FOUND" : "IMAGE_NOT_FOUND";
  if (subject.swarm && (status === 503 || status === 406)) return "NOT_A_SWARM_MANAGER";
  if (status === 409) return "CONFLICT";
  return "ENGINE_ERROR";
}

/** A longer message of an engine is cut. */
const MAX_MESSAGE = 2_000;

interface ErrorBody {
  /** `message` of the body, or the text of a proxy in between. */
  message: string;
  /** `cause` of the body: only Podman sends one. */
  cause?: string;
}

/** The text of a page: proxies send HTML. */
const withoutTags = (body: string): string =>
  body.trimStart().startsWith("<") ? body.replaceAll(/<[^<>]*>/g, " ").replaceAll(/\s+/g, " ") : body;

function parseBody(status: number, body: string): ErrorBody {
  try {
    const { message, cause } = JSON.parse(body) as { message?: unknown; cause?: unknown };
    if (typeof message === "string" && message.trim() !== "") {
      return { message: message.trim().slice(0, MAX_MESSAGE), ...(typeof cause === "string" && { cause }) };
    }
  } catch {
    // not JSON, so not the engine's answer
  }
  return { message: withoutTags(body).trim().slice(0, 500) || `status ${status}` };
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

const hintFor = (message: string): string | undefined => MESSAGE_HINTS.find(([pattern]) => pattern.test(message))?.[1];

/** The error for an answer of the engine, by its status. */
export function statusError(status: number, body: string, subject: CallSubject): DeploymentError {
  const { message, cause } = parseBody(status, body);
  const code = codeOf(dockerStatus(status, cause), subject, message);
  const fault: EngineErrorCause = { statusCode: status, message };
  const text = sentence(
    message
      .split("\n")
      .map((line) => line.trim())
      .join(" "),
  );
  return new DeploymentError(code, `The engine could not ${subject.action}: ${text}`, {
    hint: (code === "ENGINE_ERROR" && hintFor(message)) || (status === 403 ? FORBIDDEN_HINT : HINTS[code]),
    cause: fault,
  });
}
