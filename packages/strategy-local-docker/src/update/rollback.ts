import { DeploymentError, type OperationOptions, type ServiceSettings, throwIfAborted } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import type { SeenMember } from "../containers/group.js";
import { nameAt, policyFrom } from "../containers/names.js";
import { rejoinNetworks } from "../containers/operations.js";
import { settledService } from "../containers/recovery.js";
import { imageLookup } from "../images.js";
import { toldSettings } from "../settings.js";
import { engineWarning } from "../warnings.js";
import { claimsOfContainer } from "./host-resources.js";
import { makeChange } from "./replace-version.js";
import type { Change } from "./update-order.js";
import type { Changed } from "./update.js";

/**
 * Has a service run in the containers of before its last update; those that are there now become the version before.
 * @throws DeploymentError `NOT_FOUND`, `CONFLICT` (there is no version before), and as an update.
 */
export async function rollbackService(
  engine: DockerEngine,
  service: string,
  options: OperationOptions,
): Promise<Changed & { image: string }> {
  const { current, previous } = await settledService(engine, service, options);
  if (previous.length === 0) throw nothingBefore(service);
  const settings = await toldSettings(
    service,
    previous.map(({ details }) => details),
    imageLookup(engine),
  );
  const change: Change = { service, current, previous, candidates: [], warnings: [] };
  const untidy = await makeChange(
    engine,
    change,
    previous.filter(({ idle }) => !idle).map(({ details }) => claimsOfContainer(details)),
    async () => {
      for (const member of previous) await callBack(engine, change, member, { ...settings, name: service }, options);
    },
    options,
  );
  return {
    ids: change.candidates.map(({ id }) => id),
    warnings: [...change.warnings, ...untidy.map((reason) => engineWarning(service, reason))],
    image: settings?.image ?? "",
  };
}

/** Gives a container of before the place from which it takes over, and its restart policy back. */
async function callBack(
  engine: DockerEngine,
  change: Change,
  member: SeenMember,
  request: Pick<ServiceSettings, "name" | "ports" | "networks">,
  options: OperationOptions,
): Promise<void> {
  const { id, base, idle, policy } = member;
  const { signal, observer } = options;
  throwIfAborted(signal, { service: change.service });
  observer?.({ type: "step", service: change.service, step: "rollback", id });
  change.candidates.push({ id, base, role: "returning", request, idle, ...(idle && { policy }) });
  await engine.containers.rename(id, nameAt({ base, role: "returning", policy }));
  if (idle) return;
  if (policy !== undefined) await engine.containers.update(id, { RestartPolicy: policyFrom(policy) });
  await rejoinNetworks(engine, member, options);
}

const nothingBefore = (service: string): DeploymentError =>
  new DeploymentError("CONFLICT", `${service} has no version before this one to go back to.`, {
    service,
    hint: "Update it to what it should be.",
  });
