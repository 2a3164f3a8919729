import type { ErrorCode } from "../errors/error-code.js";
import type { DeployRequest } from "../request/deploy-request.js";
import type { OperationOptions } from "../strategy/options.js";
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
