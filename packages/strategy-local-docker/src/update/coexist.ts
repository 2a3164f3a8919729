import type { OperationOptions } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import type { SeenMember } from "../family/member.js";
import { canCoexist, type Claims, claimsOfContainer } from "./claims.js";

/**
 * Whether the new version can prove itself while what is there runs on: neither has what the other needs for itself, and
 * the engine lets a process that runs change its name. One that is in a swarm keeps the old names in its name service
 * (seen on 20.10, 26.1 and 28.5).
 */
export async function mayCoexist(
  engine: DockerEngine,
  current: readonly SeenMember[],
  wanted: readonly Claims[],
  { signal }: OperationOptions,
): Promise<boolean> {
  const running = current.filter(({ active }) => active).map(({ details }) => claimsOfContainer(details));
  if (running.length === 0) return false;
  if (!running.every((one) => wanted.every((other) => canCoexist(one, other)))) return false;
  if (![...running, ...wanted].some(({ named }) => named)) return true;
  const { Swarm } = await engine.info({ signal });
  return Swarm.LocalNodeState !== "active";
}
