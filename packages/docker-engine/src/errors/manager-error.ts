import { DeploymentError } from "@openfactory/deploy-core";
import { engineErrorCause } from "./engine-error.js";

/** A call that a manager did not answer, or could not carry out. */
export interface ManagerFailure {
  /** The change may have been made, or may still be made. */
  mayHaveActed: boolean;
  /** The managers have no leader, and may elect one soon. */
  isElecting: boolean;
}

/** SwarmKit, `manager/state/raft` and `manager/controlapi`. The status is 500 or 503, depending on the engine's version. */
const NO_LEADER = /does not have a leader/;
/** gRPC codes of a call that a manager forwarded to a leader that was lost. */
const LOST_LEADER =
  /code = (?:DeadlineExceeded|Unavailable|Canceled)\b|context deadline exceeded|raft: |node is (?:stopping|stopped)/;

/** Whether another manager, or the same one a little later, may carry out the call; undefined for an answer that is final. */
export function managerFailure(error: unknown): ManagerFailure | undefined {
  const cause = engineErrorCause(error);
  if (DeploymentError.isInstance(error, "TIMEOUT")) return { mayHaveActed: true, isElecting: false };
  if (DeploymentError.isInstance(error, "ENGINE_UNREACHABLE"))
    return { mayHaveActed: cause?.notConnected !== true, isElecting: false };
  if (cause === undefined || (cause.statusCode ?? 0) < 500) return undefined;
  if (NO_LEADER.test(cause.message)) return { mayHaveActed: false, isElecting: true };
  if (LOST_LEADER.test(cause.message)) return { mayHaveActed: true, isElecting: true };
  // A worker, or an engine outside the swarm: another address may be that of a manager.
  if (DeploymentError.isInstance(error, "NOT_A_SWARM_MANAGER")) return { mayHaveActed: false, isElecting: false };
  return undefined;
}
