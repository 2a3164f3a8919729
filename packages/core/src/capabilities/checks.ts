import type { ErrorCode } from "../errors.js";
import type { OperationOptions } from "../operation.js";
import type { DeployRequest } from "../request/deploy-request.js";
import type { ServiceStatus } from "./status.js";

/** A request that is about to be deployed. */
export interface PreflightRequest {
  readonly request: DeployRequest;
  /** The service exists and is updated: its own ports and its own name are no conflict. */
  readonly updates: boolean;
}

/** A reason why a deploy would fail, or would have an unexpected result. */
export interface PreflightProblem {
  /** `CONFLICT`: a host port in use, a volume with other options; `NETWORK_NOT_FOUND`, `IMAGE_NOT_FOUND`, ... */
  code: ErrorCode;
  service: string;
  /** Path in the request: `networks[1]`, `ports`, `constraints`. */
  field?: string;
  /** One sentence, without a period at its end. */
  message: string;
  /** What to do, in one sentence. */
  hint: string;
}

export interface PreflightOptions extends OperationOptions {
  /**
   * The result of `list` of the same strategy, called just now and without labels. The strategy may use it instead of
   * another call. Default: the strategy lists the services itself.
   */
  readonly listed?: readonly ServiceStatus[];
}

export interface CanPreflight {
  /**
   * Checks on the engine, without changing anything, whether deploys of these requests would fail: host ports in use,
   * networks that are missing or can't be joined, volumes that exist with other options, missing images, secrets and
   * configs, constraints that no node matches, reservations that no node has room for. Takes a few calls for all requests
   * together, and one for each image that must be looked up.
   * @returns all problems found, in the order of the requests.
   */
  preflight(requests: readonly PreflightRequest[], options?: PreflightOptions): Promise<PreflightProblem[]>;
}

/** The result of one check of the environment. */
export interface Diagnosis {
  /** The subject of the check, in a few words: `engine`, `swarm manager`, `network factory-net`. */
  check: string;
  /** `warning`: deploys work, with a limitation. `failed`: deploys don't work. */
  state: "ok" | "warning" | "failed";
  /** The result in one sentence, e.g. `Engine 28.5.2, API 1.51, at unix:///var/run/docker.sock.` */
  detail: string;
  /** What to do, in one sentence. */
  hint?: string;
}

export interface DiagnoseOptions extends OperationOptions {
  /** Networks that the services to deploy will join. Default: none. */
  networks?: readonly string[];
}

export interface CanDiagnose {
  /**
   * Checks, without changing anything, whether the environment is ready for deploys. A problem is a result, not an error.
   * Checks that depend on a failed one (the engine is unreachable) are left out.
   * @throws DeploymentError `ABORTED`.
   */
  diagnose(options?: DiagnoseOptions): Promise<Diagnosis[]>;
}

/** Another platform on the same engine. */
export interface OtherPlatform {
  /** Its name, as in `--platform`: `swarm`, `docker`. */
  readonly platform: string;
  /** Names of its services that have the requested labels, sorted. */
  readonly services: readonly string[];
  /** Why the engine belongs to that platform, as a clause: `This engine is a Swarm manager`. */
  readonly reason?: string;
}

export interface ElsewhereOptions extends OperationOptions {
  /** Only services that have all of these labels with these values. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Finds services on other platforms of the same engine, to detect a missing `--platform`. */
export interface CanSeeElsewhere {
  /**
   * The other platforms that are available on the same engine, with their services that have the requested labels. These
   * services are never part of `list`, and this strategy never changes them. Takes one call at most.
   * @returns an empty list if no other platform is available there.
   * @throws DeploymentError `ENGINE_UNREACHABLE`, `ABORTED`, ...
   */
  elsewhere(options: ElsewhereOptions): Promise<OtherPlatform[]>;
}
