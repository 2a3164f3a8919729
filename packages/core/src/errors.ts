/**
 * The stable codes of {@link DeploymentError}. A code never changes its meaning; new ones may be added.
 */
export const ERROR_CODES = [
  /** The request does not fit the schema, or contradicts itself. */
  "INVALID_REQUEST",
  /** The app file does not fit the schema, or can't be read. */
  "INVALID_FILE",
  /** A field, value or capability that the strategy, or the engine's API version, does not have. */
  "UNSUPPORTED",
  /** No service of that exact name. */
  "NOT_FOUND",
  /** The name is in use. */
  "ALREADY_EXISTS",
  /** Something else stands in the way: a host port in use, a resource that is not ours, a change made by another. */
  "CONFLICT",
  "IMAGE_NOT_FOUND",
  "NETWORK_NOT_FOUND",
  /** No engine answers there, or the socket may not be opened by this user. */
  "ENGINE_UNREACHABLE",
  "NOT_A_SWARM_MANAGER",
  /** A registry or the engine refused the credentials. */
  "UNAUTHORIZED",
  /** A time limit passed. */
  "TIMEOUT",
  /** The caller's AbortSignal ended the operation. */
  "ABORTED",
  /** The engine went back to the previous version of the service. */
  "ROLLED_BACK",
  /** The process of the service ended, never started, or never became healthy. */
  "TASK_FAILED",
  /** Any other answer of the engine that is an error. */
  "ENGINE_ERROR",
  /** No strategy plugin of that name is known. */
  "UNKNOWN_PLATFORM",
  /** No connector plugin, or asset listener plugin, of that name is known. */
  "UNKNOWN_PLUGIN",
  /** A plugin can't be used: it throws while loading, is made for another contract version, or is malformed. */
  "PLUGIN_FAILED",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

// Two copies of this package can meet in one process (a plugin with its own): instanceof would not see across them.
const marker = Symbol.for("openfactory.deploy.error");

/** A place in a file. `line` and `column` count from 1. */
export interface SourceLocation {
  file: string;
  line: number;
  column: number;
}

/** One finding of several that make up an error: a field of a request, or a place in a file. */
export interface ErrorIssue {
  message: string;
  /** Of this finding, where it is not the code of the whole error. */
  code?: ErrorCode;
  /** Where in the request, e.g. `mounts[0].Target`. */
  field?: string;
  location?: SourceLocation;
  /** What to do about it. */
  hint?: string;
}

/** What is known of the container or task that failed. */
export interface FailedInstance {
  /** Container or task id. */
  id: string;
  /** Host name of the node it ran on. */
  node?: string;
  exitCode?: number;
  /** The engine's own words. */
  error?: string;
  /** The last lines it wrote, oldest first. */
  lastLogLines?: string[];
}

/** A network, volume, image, secret or config, by its name on the engine. */
export interface ErrorSubject {
  kind: "network" | "volume" | "image" | "secret" | "config";
  name: string;
}

export interface DeploymentErrorOptions {
  /** One sentence: what to do. */
  hint?: string;
  /** The service it is about. */
  service?: string;
  /** Name of the strategy that threw. */
  strategy?: string;
  /** The request field it is about, e.g. `networks[1]`. */
  field?: string;
  /** What it is about, where that is not the service itself. */
  subject?: ErrorSubject;
  /** Where what it is about is written. */
  location?: SourceLocation;
  issues?: ErrorIssue[];
  instance?: FailedInstance;
  /** The engine's (or the system's) own error. */
  cause?: unknown;
}

/**
 * The one error class of OpenFactory Deploy.
 *
 * `message` says what happened in one sentence, `hint` what to do, `code` is stable. Recognise it with
 * {@link DeploymentError.isInstance}, which works across copies of this package where `instanceof` does not.
 */
export class DeploymentError extends Error {
  override readonly name = "DeploymentError";
  readonly [marker] = true;
  readonly code: ErrorCode;
  readonly hint?: string;
  readonly service?: string;
  readonly strategy?: string;
  readonly field?: string;
  readonly subject?: ErrorSubject;
  readonly location?: SourceLocation;
  readonly issues: readonly ErrorIssue[];
  readonly instance?: FailedInstance;

  constructor(code: ErrorCode, message: string, options: DeploymentErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.service = options.service;
    this.strategy = options.strategy;
    this.field = options.field;
    if (options.subject !== undefined) this.subject = options.subject;
    this.location = options.location;
    this.issues = options.issues ?? [];
    this.instance = options.instance;
  }

  /** Whether `value` is a DeploymentError of this or any other copy of the package; with `code`, of that code. */
  static isInstance(value: unknown, code?: ErrorCode): value is DeploymentError {
    return (
      typeof value === "object" &&
      value !== null &&
      (value as Record<symbol, unknown>)[marker] === true &&
      (code === undefined || (value as DeploymentError).code === code)
    );
  }

  /** The same error with what was not known where it was thrown: fields already set are kept. */
  static withContext(
    error: DeploymentError,
    context: { service?: string; strategy?: string; location?: SourceLocation | undefined; hint?: string },
  ): DeploymentError {
    return new DeploymentError(error.code, error.message, {
      ...error,
      issues: [...error.issues],
      cause: error.cause,
      service: error.service ?? context.service,
      strategy: error.strategy ?? context.strategy,
      location: error.location ?? context.location,
      hint: error.hint ?? context.hint,
    });
  }

  /** Plain data for `--json` and logs: everything but stack and cause. */
  toJSON(): Record<string, unknown> {
    return {
      code: this.code,
      message: this.message,
      hint: this.hint,
      service: this.service,
      strategy: this.strategy,
      field: this.field,
      ...(this.subject === undefined ? {} : { subject: this.subject }),
      location: this.location,
      ...(this.issues.length > 0 ? { issues: this.issues } : {}),
      instance: this.instance,
    };
  }
}

/** Runs `work`; a DeploymentError it throws is told of which service and strategy it is, where it does not say. */
export async function inContext<Result>(
  context: { service?: string; strategy?: string },
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw DeploymentError.isInstance(error) ? DeploymentError.withContext(error, context) : error;
  }
}
