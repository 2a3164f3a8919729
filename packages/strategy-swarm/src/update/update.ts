import { randomUUID } from "node:crypto";
import {
  type Deployment,
  DeploymentError,
  isBookkeepingLabel,
  type NormalizedRequest,
  type OperationOptions,
  type ServiceSettings,
  type UpdateOptions,
} from "@openfactory/deploy-core";
import type { DockerEngine, ServiceDetails, TaskDetails } from "@openfactory/docker-engine";
import {
  changeServiceSpec,
  type NetworkNames,
  OPERATION_LABEL,
  toServiceSettings,
  toServiceSpec,
} from "@openfactory/docker-translators";
import { engineWarning } from "../deploy/deploy.js";
import { resolveImage } from "../deploy/images.js";
import { resolveFiles } from "../deploy/resolve-files.js";
import { withSpecErrors } from "../deploy/spec-error.js";
import { swarmManifest } from "../manifest.js";
import { findService } from "../observe/services.js";
import { hasCompleted, hasFailed, isShuttingDown } from "../observe/tasks.js";
import { changedPaths, networkNames, revisionOf, settingsOfSpec } from "../settings.js";
import { sendServiceUpdate } from "./service-update.js";

/**
 * Makes a service what a request says, in one call that the swarm takes whole or not at all.
 * @throws DeploymentError see `CanUpdate.update`.
 */
export async function updateService(
  engine: DockerEngine,
  request: NormalizedRequest,
  options: UpdateOptions,
): Promise<Deployment> {
  const { signal, observer, revision } = options;
  const { name } = request;
  const service = await findService(engine, name, { signal });
  const names = await networkNames(engine, [service], { signal });
  assertRevision(service, { revision, names });
  const [{ image, authFor, warnings }, files] = await Promise.all([
    resolveImage(engine, request, options),
    resolveFiles(engine, request, { signal }),
  ]);
  for (const warning of warnings) observer?.({ type: "warning", service: name, warning });

  const operation = randomUUID();
  const apiVersion = await engine.apiVersion({ signal });
  const settings = {
    present: settingsOfSpec(service.Spec, names),
    asked: toServiceSettings(request, { apiVersion, image }),
  };
  const forcesUpdate = await needsForceUpdate(engine, service, settings, { signal });
  const asked = toServiceSpec(request, { apiVersion, image, ...files });
  asked.Labels = { ...asked.Labels, [OPERATION_LABEL]: operation };
  const ids = new Map([...names].map(([id, network]) => [network, id]));
  const changed = await withSpecErrors(request, () =>
    sendServiceUpdate(
      engine,
      service,
      {
        step: "update",
        decide(present) {
          assertRevision(present, { revision, names, seen: service });
          assertSameMode(settingsOfSpec(present.Spec, names), request);
          const spec = changeServiceSpec(present.Spec, asked, ids);
          return { spec: forcesUpdate ? withForceUpdate(spec) : spec, image: authFor };
        },
        isApplied: ({ Spec }) => Spec.Labels?.[OPERATION_LABEL] === operation,
      },
      options,
    ),
  );
  return {
    name,
    ids: [changed.before.ID],
    image,
    warnings: [...warnings, ...changed.warnings.map((reason) => engineWarning(name, reason))],
  };
}

interface Seen {
  revision?: string;
  names: NetworkNames;
  /** The service as it was seen first, of that revision. */
  seen?: ServiceDetails;
}

/** @throws DeploymentError `CONFLICT` if the service is not of the revision that the caller saw. */
function assertRevision({ Spec, PreviousSpec }: ServiceDetails, { revision, names, seen }: Seen): void {
  if (revision === undefined || revisionOf(Spec) === revision) return;
  const former = [seen?.Spec, PreviousSpec].find((spec) => spec !== undefined && revisionOf(spec) === revision);
  const paths = former && changedPaths(settingsOfSpec(former, names), settingsOfSpec(Spec, names));
  const what = paths?.length ? `: ${paths.join(", ")}` : "";
  throw new DeploymentError("CONFLICT", `Service ${Spec.Name} has been changed since it was looked at${what}.`, {
    service: Spec.Name,
    issues: paths?.map((field) => ({ field, message: `${field} has been changed` })),
    hint: "Look at it again, and decide anew; it was left as it is.",
  });
}

/** @throws DeploymentError `UNSUPPORTED` if the swarm does not make this change in place. */
function assertSameMode(present: ServiceSettings, request: NormalizedRequest): void {
  const reason = swarmManifest.needsReplacement?.(present, request);
  if (reason === undefined) return;
  throw new DeploymentError("UNSUPPORTED", `Service ${request.name} can't be updated: ${reason}.`, {
    service: request.name,
    field: "mode",
    hint: "Remove it and deploy it anew.",
  });
}

/**
 * Whether an update has to ask for new tasks, since it differs in nothing that makes the swarm start any, and none runs or
 * is on its way.
 */
async function needsForceUpdate(
  engine: DockerEngine,
  { ID }: ServiceDetails,
  { present, asked }: { present: ServiceSettings; asked: ServiceSettings },
  { signal }: OperationOptions,
): Promise<boolean> {
  if (changedPaths(processSettings(present), processSettings(asked)).length > 0) return false;
  return !(await engine.tasks.list({ service: [ID] }, { signal })).some(isAlive);
}

const processSettings = ({ labels = {}, ...settings }: ServiceSettings): ServiceSettings => ({
  ...settings,
  labels: Object.fromEntries(Object.entries(labels).filter(([label]) => !isBookkeepingLabel(label))),
});

const isAlive = (task: TaskDetails): boolean => !hasFailed(task) && !hasCompleted(task) && !isShuttingDown(task);

type Template = { ForceUpdate?: number };

/** The spec with the swarm's own counter of forced updates raised (Engine API, TaskSpec.ForceUpdate). */
const withForceUpdate = <Spec extends { TaskTemplate: object }>(spec: Spec): Spec => {
  const { ForceUpdate = 0 } = spec.TaskTemplate as Template;
  return { ...spec, TaskTemplate: { ...spec.TaskTemplate, ForceUpdate: ForceUpdate + 1 } };
};
