import { DeploymentError } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { startWhenFree } from "../start-when-free.js";
import { stopContainer } from "../stop.js";
import type { SeenMember } from "./member.js";
import { nameAt, policyFrom } from "./place.js";
import type { Repairs } from "./repairs.js";

/**
 * Carries out repairs. Cut off at any point, it leaves what the next look makes the same repairs of. It can't be aborted:
 * it is the end of something, or puts back what an abort has left.
 * @returns the engine's warnings.
 */
export async function settle(engine: DockerEngine, { discard, retire, restore, resume }: Repairs): Promise<string[]> {
  const warnings = new Set<string>();
  await Promise.all([
    ...discard.map(({ id }) => gone(engine.containers.remove(id, { force: true }))),
    ...retire.filter(({ active }) => active).map(({ details }) => stopContainer(engine, details)),
  ]);
  for (const member of retire) await rename(engine, member, nameAt(retired(member)));
  for (const member of restore) await rename(engine, member, nameAt({ base: member.base, policy: member.policy }));
  // The engine would start some of them by itself when it starts, though they were stopped: by their restart policy.
  for (const { id, policyNow } of retire) {
    if (policyNow === "no") continue;
    for (const warning of (await engine.containers.update(id, { RestartPolicy: policyFrom("no") })).warnings)
      warnings.add(warning);
  }
  for (const { id } of resume) await startWhenFree(engine, id);
  return [...warnings];
}

/** Its restart policy goes into its name, where it isn't there already. */
const retired = ({ base, policy, policyNow }: SeenMember) =>
  ({ base, role: "previous", policy: policy ?? policyNow }) as const;

export async function rename(engine: DockerEngine, { id, name }: SeenMember, to: string): Promise<void> {
  if (name !== to) await engine.containers.rename(id, to);
}

async function gone(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!DeploymentError.isInstance(error, "NOT_FOUND")) throw error;
  }
}
