/** The stable codes of {@link DeploymentError}. A code never changes its meaning; new ones may be added. */
export const ERROR_CODES = [
  /** The request doesn't match the schema, or contradicts itself. */
  "INVALID_REQUEST",
  /** The app file doesn't match the schema, or can't be read. */
  "INVALID_FILE",
  /** A field, value or capability that the strategy or the engine's API version doesn't support. */
  "UNSUPPORTED",
  /** No service has exactly this name. */
  "NOT_FOUND",
  /** The name is in use. */
  "ALREADY_EXISTS",
  /** A conflict on the engine: a host port in use, a resource with another owner, a concurrent change. */
  "CONFLICT",
  "IMAGE_NOT_FOUND",
  "NETWORK_NOT_FOUND",
  /** The engine doesn't respond at its address, or this user lacks permission to open its socket. */
  "ENGINE_UNREACHABLE",
  "NOT_A_SWARM_MANAGER",
  /** A registry or the engine refused the credentials. */
  "UNAUTHORIZED",
  /** A time limit expired. */
  "TIMEOUT",
  /** The caller's AbortSignal ended the operation. */
  "ABORTED",
  /** The engine rolled the service back to its previous version. */
  "ROLLED_BACK",
  /** The process of the service exited, didn't start, or didn't become healthy. */
  "TASK_FAILED",
  /** Any other error response of the engine. */
  "ENGINE_ERROR",
  /** A policy of the site forbids the request, or can't be checked. */
  "POLICY_VIOLATION",
  /** No strategy plugin has this name. */
  "UNKNOWN_PLATFORM",
  /** No connector plugin or asset listener plugin has this name. */
  "UNKNOWN_PLUGIN",
  /** A plugin can't be used: it throws while loading, is built for another contract version, or is malformed. */
  "PLUGIN_FAILED",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

const ERROR_PAGES = "https://openfactoryio.github.io/openfactory-deploy/errors/";
const WITH_PAGE: ReadonlySet<string> = new Set([...ERROR_CODES, "USAGE", "INTERNAL"]);

/**
 * The address of the page about an error code, with its causes and what to do. Undefined for a code that is neither one of
 * {@link ERROR_CODES} nor one of the command (`USAGE`, `INTERNAL`).
 */
export const errorPage = (code: string): string | undefined =>
  WITH_PAGE.has(code) ? `${ERROR_PAGES}${code}` : undefined;

// A plugin may bring its own copy of this package, and instanceof fails across copies.
const marker = Symbol.for("openfactory.deploy.error");

/** A position in a file. `line` and `column` start at 1. */
export interface SourceLocation {
  file: string;
  line: number;
  column: number;
}

/** A position as `compose.yaml:12:5`. */
export const formatLocation = ({ file, line, column }: SourceLocation): string => `${file}:${line}:${column}`;

/** One of the findings that an error consists of: about a field of a request, or a position in a file. */
export interface ErrorIssue {
  message: string;
  /** Set if it differs from the code of the error. */
  code?: ErrorCode;
  /** Path in the request, e.g. `mounts[0].Target`. */
  field?: string;
  location?: SourceLocation;
  /** What to do. */
  hint?: string;
}

/** The container or task that failed. */
export interface FailedInstance {
  /** Container or task id. */
  id: string;
  /** Host name of its node. */
  node?: string;
  exitCode?: number;
  /** The engine's error message. */
  error?: string;
  /** Its last lines of output, oldest first. */
  lastLogLines?: string[];
}

/** A resource or image, by its name on the engine. */
export interface ErrorSubject {
  kind: "network" | "volume" | "image" | "secret" | "config";
  name: string;
}

export interface DeploymentErrorOptions {
  /** What to do, in one sentence. */
  hint?: string;
  /** Address of a page about the error, starting with https://. Default: the page of the code, {@link errorPage}. */
  help?: string;
  /** The service that the error is about. */
  service?: string;
  /** Name of the strategy that threw the error. */
  strategy?: string;
  /** The request field that the error is about, e.g. `networks[1]`. */
  field?: string;
  /** The resource or image that the error is about, if not the service itself. */
  subject?: ErrorSubject;
  /** Position in a file that the error is about. */
  location?: SourceLocation;
  issues?: ErrorIssue[];
  instance?: FailedInstance;
  /** The original error of the engine or the system. */
  cause?: unknown;
}

/**
 * The one error class of OpenFactory Deploy.
 *
 * `message` describes what happened in one sentence, `hint` what to do, and `code` is stable. Test for it with
 * {@link DeploymentError.isInstance}, which works across copies of this package.
 */
export class DeploymentError extends Error {
  override readonly name = "DeploymentError";
  readonly [marker] = true;
  readonly code: ErrorCode;
  readonly hint?: string;
  /** Address of a page about the error. Undefined if the code is not one of {@link ERROR_CODES} and no page was given. */
  readonly help?: string;
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
    this.help = options.help ?? errorPage(code);
    this.service = options.service;
    this.strategy = options.strategy;
    this.field = options.field;
    if (options.subject !== undefined) this.subject = options.subject;
    this.location = options.location;
    this.issues = options.issues ?? [];
    this.instance = options.instance;
  }

  /** Whether `value` is a DeploymentError, of any copy of this package; with `code`, one with that code. */
  static isInstance(value: unknown, code?: ErrorCode): value is DeploymentError {
    return (
      typeof value === "object" &&
      value !== null &&
      (value as Record<symbol, unknown>)[marker] === true &&
      (code === undefined || (value as DeploymentError).code === code)
    );
  }

  /** A copy of the error with added context. Fields that are already set are kept. */
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

  /** Plain data for `--json` and logs: all fields except stack and cause. */
  toJSON(): Record<string, unknown> {
    return {
      code: this.code,
      message: this.message,
      hint: this.hint,
      help: this.help,
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

/** Runs `work`, and adds service and strategy to a DeploymentError that it throws without them. */
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
