import { DeploymentError, type ErrorCode } from "@openfactory/deploy-core";
import type { CallSubject } from "../connection/engine-call.js";
import { dockerStatus } from "../podman/dialect.js";

/** The engine's own error: what an error of this package has as its `cause`. */
export interface EngineFault {
  /** HTTP status code; none where no answer came. */
  statusCode?: number;
  /** The engine's words. */
  message: string;
  /** System error code, e.g. `ECONNREFUSED`. */
  code?: string;
}

/** The engine's own error in a DeploymentError of this package, if it has one. */
export function engineFault(error: unknown): EngineFault | undefined {
  if (!DeploymentError.isInstance(error)) return undefined;
  const fault = error.cause as Partial<EngineFault> | undefined;
  return typeof fault === "object" && typeof fault?.message === "string" ? (fault as EngineFault) : undefined;
}

const HINTS: Partial<Record<ErrorCode, string>> = {
  UNAUTHORIZED: "Log in with docker login, or ask for the right to do this on that engine.",
  IMAGE_NOT_FOUND: "Check the image's name and tag, or build, load or pull it first.",
  NOT_A_SWARM_MANAGER:
    "Use a manager's address (--host, --context or DOCKER_HOST), or make this engine one with docker swarm init.",
  ENGINE_ERROR: "See the engine's log for more.",
};

function codeOf(status: number, subject: CallSubject): ErrorCode {
  if (status === 400) return "INVALID_REQUEST";
  if (status === 401 || status === 403) return "UNAUTHORIZED";
  if (status === 404) return subject.image === undefined ? "NOT_FOUND" : "IMAGE_NOT_FOUND";
  if (subject.swarm && (status === 503 || status === 406)) return "NOT_A_SWARM_MANAGER";
  if (status === 409) return "CONFLICT";
  return "ENGINE_ERROR";
}

interface Told {
  /** The engine's words: `message` of the body, or whatever a proxy in between wrote. */
  words: string;
  /** `cause` of the body: Podman's alone. */
  cause?: string;
}

function read(status: number, body: string): Told {
  try {
    const { message, cause } = JSON.parse(body) as { message?: unknown; cause?: unknown };
    if (typeof message === "string" && message.trim() !== "") {
      return { words: message.trim(), ...(typeof cause === "string" && { cause }) };
    }
  } catch {
    // no JSON: an answer of something else than the engine
  }
  return { words: body.trim().slice(0, 500) || `status ${status}` };
}

const sentence = (words: string): string => (/[.!?]$/.test(words) ? words : `${words}.`);

/** The error that an answer stands for. */
export function statusError(status: number, body: string, subject: CallSubject): DeploymentError {
  const { words, cause } = read(status, body);
  const code = codeOf(dockerStatus(status, cause), subject);
  const fault: EngineFault = { statusCode: status, message: words };
  const message = `The engine could not ${subject.action}: ${sentence(fault.message.replace(/\s*\n\s*/g, " "))}`;
  return new DeploymentError(code, message, { hint: HINTS[code], cause: fault });
}
