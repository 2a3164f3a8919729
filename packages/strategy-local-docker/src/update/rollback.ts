import { DeploymentError, type OperationOptions, type ServiceSettings, throwIfAborted } from "@openfactory/deploy-core";
import { type DockerEngine, engineWarnings } from "@openfactory/docker-engine";
import type { InspectedContainer } from "../containers/group.js";
import { formatContainerName, parseRestartPolicy } from "../containers/names.js";
import { rejoinNetworks } from "../containers/operations.js";
import { recoverService } from "../containers/recovery.js";
import { imageLookup } from "../deploy/images.js";
import { readSettings } from "../settings.js";
import { hostResourcesOfContainer } from "./host-resources.js";
import { replaceVersion, type VersionChange } from "./replace-version.js";
import type { UpdateResult } from "./update.js";

/**
 * Replaces the current version of a service with the previous one, which becomes the previous version in turn.
 * @throws DeploymentError `NOT_FOUND`, `CONFLICT` (no previous version), and as an update.
 */
export async function rollbackService(
  engine: DockerEngine,
  service: string,
  options: OperationOptions,
): Promise<UpdateResult & { image: string }> {
  const { current, previous } = await recoverService(engine, service, options);
  if (previous.length === 0) throw noPreviousVersion(service);
  const settings = await readSettings(
    service,
    previous.map(({ details }) => details),
    imageLookup(engine),
  );
  const change: VersionChange = { service, current, previous, candidates: [], warnings: [] };
  const engineTexts = await replaceVersion(
    engine,
    change,
    previous.filter(({ placeholder }) => !placeholder).map(({ details }) => hostResourcesOfContainer(details)),
    async () => {
      for (const container of previous)
        await prepareRestore(engine, change, container, { ...settings, name: service }, options);
    },
    options,
  );
  return {
    ids: change.candidates.map(({ id }) => id),
    warnings: [...change.warnings, ...engineWarnings(service, "docker", engineTexts)],
    image: settings?.image ?? "",
  };
}

/** Makes a container of the previous version a candidate, and gives it its restart policy and its networks again. */
async function prepareRestore(
  engine: DockerEngine,
  change: VersionChange,
  container: InspectedContainer,
  request: Pick<ServiceSettings, "name" | "ports" | "networks">,
  options: OperationOptions,
): Promise<void> {
  const { id, base, placeholder, policy } = container;
  const { signal, observer } = options;
  throwIfAborted(signal, { service: change.service });
  observer?.({ type: "step", service: change.service, step: "rollback", id });
  change.candidates.push({ id, base, role: "restoring", request, placeholder, ...(placeholder && { policy }) });
  await engine.containers.rename(id, formatContainerName({ base, role: "restoring", policy }));
  if (placeholder) return;
  if (policy !== undefined) await engine.containers.update(id, { RestartPolicy: parseRestartPolicy(policy) });
  await rejoinNetworks(engine, container, options);
}

const noPreviousVersion = (service: string): DeploymentError =>
  new DeploymentError("CONFLICT", `Service ${service} has no previous version to roll back to.`, {
    service,
    hint: "Deploy the version that you want with `ofdeploy up`.",
  });
