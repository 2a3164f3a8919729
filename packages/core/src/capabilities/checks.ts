import type { ErrorCode } from "../errors.js";
import type { OperationOptions } from "../operation.js";
import type { DeployRequest } from "../request/deploy-request.js";
import type { ServiceStatus } from "./status.js";

/** A request that is about to be deployed. */
export interface PreflightRequest {
  readonly request: DeployRequest;
  /** A service of that name runs, and is updated: what it holds (its ports, its name) does not stand in the way. */
  readonly updates: boolean;
}

/** Why a deploy would fail, or would not do what is expected. */
export interface PreflightProblem {
  /** `CONFLICT`: a host port in use, a volume with other options; `NETWORK_NOT_FOUND`, `IMAGE_NOT_FOUND`, ... */
  code: ErrorCode;
  service: string;
  /** Path in the request: `networks[1]`, `ports`, `constraints`. */
  field?: string;
  /** One sentence, without a full stop. */
  message: string;
  /** One sentence: what to do. */
  hint: string;
}

export interface PreflightOptions extends OperationOptions {
  /**
   * What `list` of the same strategy has just told, asked for without labels: the strategy may take it for a look of its
   * own, and be a call cheaper. Default: it looks.
   */
  readonly listed?: readonly ServiceStatus[];
}

export interface CanPreflight {
  /**
   * Looks at the engine for what would make deploys of these requests fail, and changes nothing: host ports that are
   * taken, networks that are missing or can't be joined, volumes that exist with other options, images that can't be
   * found, missing secrets and configs, constraints that no node fulfils, reservations that no node has room for.
   * A few calls, whatever the number of requests, and one for each image that must be looked for.
   * @returns every problem there is, in the order of the requests; none: nothing is known to stand in the way.
   */
  preflight(requests: readonly PreflightRequest[], options?: PreflightOptions): Promise<PreflightProblem[]>;
}

/** One thing that was looked at: whether it is as a deploy needs it. */
export interface Diagnosis {
  /** What was looked at, in a few words: `engine`, `swarm manager`, `network factory-net`. */
  check: string;
  /** `warning`: deploys work, with something less than one may expect. `failed`: they don't. */
  state: "ok" | "warning" | "failed";
  /** One sentence on what was found, e.g. `Engine 28.5.2, API 1.51, at unix:///var/run/docker.sock.` */
  detail: string;
  /** One sentence: what to do. */
  hint?: string;
}

export interface DiagnoseOptions extends OperationOptions {
  /** Networks that the services to deploy will join. Default: none. */
  networks?: readonly string[];
}

export interface CanDiagnose {
  /**
   * Looks whether what deploys need is there, and changes nothing. What is wrong is a finding, not an error; where one
   * finding makes further ones pointless (no engine answers), they are left out.
   * @throws DeploymentError `ABORTED`.
   */
  diagnose(options?: DiagnoseOptions): Promise<Diagnosis[]>;
}

/** Another platform of the same engine, as far as it matters to a project. */
export interface OtherPlatform {
  /** The name by which `--platform` chooses it: `swarm`, `docker`. */
  readonly platform: string;
  /** Names of the services with the wanted labels that it runs, sorted. Empty: it runs none of them. */
  readonly services: readonly string[];
  /** Why the engine belongs to that platform, as a clause: `This engine is a Swarm manager`. */
  readonly reason?: string;
}

export interface ElsewhereOptions extends OperationOptions {
  /** Only services that carry all these labels with these values. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Knows what another platform runs on the same engine, so that a forgotten `--platform` is noticed. */
export interface CanSeeElsewhere {
  /**
   * The other platforms that can be used on the same engine, and which of the wanted services each runs. Nothing that is
   * returned here is ever part of `list`, and this strategy never changes it. One call at most.
   * @returns nothing where no other platform can be used there.
   * @throws DeploymentError `ENGINE_UNREACHABLE`, `ABORTED`, ...
   */
  elsewhere(options: ElsewhereOptions): Promise<OtherPlatform[]>;
}
