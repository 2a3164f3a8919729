import { DeploymentError } from "@openfactory/deploy-core";
import type { EngineInfo } from "../engine-types.js";

/**
 * The error of an engine that does not manage a swarm, with what to do in the state that it is in: the status says only
 * that it does not.
 * @param askInfo asks the engine about itself; where it does not answer, the error stays as it is.
 */
export async function explainSwarmState(
  error: DeploymentError,
  host: string,
  askInfo: () => Promise<Pick<EngineInfo, "Swarm">>,
): Promise<DeploymentError> {
  try {
    const { Swarm } = await askInfo();
    // A manager that refuses lacks the others: another manager, or a new swarm, is no remedy.
    const code = Swarm.LocalNodeState === "active" && Swarm.ControlAvailable ? "ENGINE_ERROR" : error.code;
    return new DeploymentError(code, error.message, { hint: hintFor(Swarm, host), cause: error.cause });
  } catch {
    return error;
  }
}

function hintFor(
  { LocalNodeState, ControlAvailable, RemoteManagers, Error: why }: EngineInfo["Swarm"],
  host: string,
): string {
  const managers = (RemoteManagers ?? []).map(({ Addr }) => Addr.replace(/:\d+$/, ""));
  const at = managers.length === 0 ? "" : ` (the managers' addresses: ${managers.join(", ")})`;
  switch (LocalNodeState) {
    case "active":
      return ControlAvailable
        ? `More than half of the swarm's managers must be online: start the others${at}, or see docker node ls on one of them.`
        : `${host} is a worker of the swarm. Use a manager (--host, --context or DOCKER_HOST)${at}.`;
    case "locked":
      return `The swarm of ${host} is locked: unlock it there with docker swarm unlock.`;
    case "pending":
      return `${host} has not joined its swarm yet: wait, and see that it reaches the managers${at}.`;
    case "error":
      return `${host} can't take part in its swarm${why ? ` (${why.replace(/\.$/, "")})` : ""}: see the engine's log, or leave with docker swarm leave --force and join again${at}.`;
    case "inactive":
      return `${host} is in no swarm. Use a manager's address (--host, --context or DOCKER_HOST), or make it a manager with docker swarm init.`;
  }
}
