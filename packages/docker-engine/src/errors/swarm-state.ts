import { DeploymentError } from "@openfactory/deploy-core";
import type { EngineInfo } from "../engine-types.js";

/**
 * The error of an engine that is not a swarm manager, with a hint for its state: the status alone does not show it.
 * @param getInfo reads the engine's state; if that fails, the error stays as it is.
 */
export async function explainSwarmState(
  error: DeploymentError,
  host: string,
  getInfo: () => Promise<Pick<EngineInfo, "Swarm">>,
): Promise<DeploymentError> {
  try {
    const { Swarm } = await getInfo();
    // A manager refuses only if it lacks the others: neither another manager nor a new swarm helps.
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
  const at = managers.length === 0 ? "" : ` (manager addresses: ${managers.join(", ")})`;
  switch (LocalNodeState) {
    case "active":
      return ControlAvailable
        ? `More than half of the swarm's managers must be online. Start the others${at}, or run \`docker node ls\` on one of them.`
        : `${host} is a worker of the swarm. Use a manager (--host, --context or DOCKER_HOST)${at}.`;
    case "locked":
      return `The swarm of ${host} is locked. Run \`docker swarm unlock\` on that host.`;
    case "pending":
      return `${host} is still joining its swarm. Wait, and check that it can reach the managers${at}.`;
    case "error":
      return `${host} can't take part in its swarm${why ? ` (${why.replace(/\.$/, "")})` : ""}. See the engine's log, or run \`docker swarm leave --force\` and join again${at}.`;
    case "inactive":
      return `${host} is not part of a swarm. Use a manager's address (--host, --context or DOCKER_HOST), or run \`docker swarm init\`.`;
  }
}
