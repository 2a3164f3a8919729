import { randomUUID } from "node:crypto";
import {
  DeploymentError,
  type Deployment,
  isMetadataLabel,
  type NormalizedRequest,
  type OperationOptions,
  type ServiceSettings,
  type UpdateOptions,
} from "@openfactory/deploy-core";
import { type DockerEngine, engineWarnings, type ServiceDetails } from "@openfactory/docker-engine";
import {
  mergeServiceSpec,
  type NetworkNames,
  OPERATION_LABEL,
  toServiceSettings,
  toServiceSpec,
} from "@openfactory/docker-translators";
import { resolveImage } from "../deploy/images.js";
import { resolveFiles } from "../deploy/resolve-files.js";
import { withSpecErrors } from "../deploy/spec-error.js";
import { swarmManifest } from "../manifest.js";
import { listTasks } from "../observe/list-tasks.js";
import { findService } from "../observe/services.js";
import { isActive } from "../observe/tasks.js";
import { changedPaths, networkNames, readSettings, revisionOf } from "../settings.js";
import { withForceUpdate } from "../processes/stopped.js";
import { sendServiceUpdate } from "./service-update.js";

/**
 * Updates a service to a request, in one call that the swarm applies completely or not at all.
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
  const names = await networkNames(engine, [service.Spec], { signal });
  assertRevision(service, { revision, names });
  const [{ image, authFor, warnings }, files] = await Promise.all([
    resolveImage(engine, request, options),
    resolveFiles(engine, request, { signal }),
  ]);
  for (const warning of warnings) observer?.({ type: "warning", service: name, warning });

  const operation = randomUUID();
  const apiVersion = await engine.apiVersion({ signal });
  const settings = {
    observed: readSettings(service.Spec, names),
    desired: toServiceSettings(request, { apiVersion, image }),
  };
  const forcesUpdate = await needsForceUpdate(engine, service, settings, { signal });
  const desired = toServiceSpec(request, { apiVersion, image, ...files });
  desired.Labels = { ...desired.Labels, [OPERATION_LABEL]: operation };
  const ids = new Map([...names].map(([id, network]) => [network, id]));
  const updated = await withSpecErrors(request, () =>
    sendServiceUpdate(
      engine,
      service,
      {
        step: "update",
        bodyFor(current) {
          assertRevision(current, { revision, names, first: service });
          assertSameMode(readSettings(current.Spec, names), request);
          const spec = mergeServiceSpec(current.Spec, desired, ids);
          return { spec: forcesUpdate ? withForceUpdate(spec) : spec, image: authFor };
        },
        isApplied: ({ Spec }) => Spec.Labels?.[OPERATION_LABEL] === operation,
      },
      options,
    ),
  );
  return {
    name,
    ids: [updated.before.ID],
    image,
    warnings: [...warnings, ...engineWarnings(name, "swarm", updated.warnings)],
  };
}

interface RevisionCheck {
  revision?: string;
  names: NetworkNames;
  /** The service as first observed, of that revision. */
  first?: ServiceDetails;
}

/** @throws DeploymentError `CONFLICT` if the service no longer has the revision that the caller expects. */
function assertRevision({ Spec, PreviousSpec }: ServiceDetails, { revision, names, first }: RevisionCheck): void {
  if (revision === undefined || revisionOf(Spec) === revision) return;
  const expected = [first?.Spec, PreviousSpec].find((spec) => spec !== undefined && revisionOf(spec) === revision);
  const paths = expected && changedPaths(readSettings(expected, names), readSettings(Spec, names));
  const changes = paths?.length ? `: ${paths.join(", ")}` : "";
  throw new DeploymentError("CONFLICT", `Service ${Spec.Name} was modified since the plan was made${changes}.`, {
    service: Spec.Name,
    issues: paths?.map((field) => ({ field, message: `${field} was modified` })),
    hint: "Run `ofdeploy plan` again. The service was not updated.",
  });
}

/** @throws DeploymentError `UNSUPPORTED` if the swarm can't change the mode in place. */
function assertSameMode(observed: ServiceSettings, request: NormalizedRequest): void {
  const reason = swarmManifest.needsReplacement?.(observed, request);
  if (reason === undefined) return;
  throw new DeploymentError("UNSUPPORTED", `Service ${request.name} can't be updated: ${reason}.`, {
    service: request.name,
    field: "mode",
    hint: "Remove the service and deploy it again.",
  });
}

/**
 * Whether the update must force new tasks: no task runs or is about to, and nothing that the update changes would make the
 * swarm start one.
 */
async function needsForceUpdate(
  engine: DockerEngine,
  service: ServiceDetails,
  { observed, desired }: { observed: ServiceSettings; desired: ServiceSettings },
  { signal }: OperationOptions,
): Promise<boolean> {
  if (changedPaths(taskSettings(observed), taskSettings(desired)).length > 0) return false;
  return !(await listTasks(engine, [service], { signal })).some(isActive);
}

/** The settings without the labels that are on the service only. */
const taskSettings = ({ labels = {}, ...settings }: ServiceSettings): ServiceSettings => ({
  ...settings,
  labels: Object.fromEntries(Object.entries(labels).filter(([label]) => !isMetadataLabel(label))),
});
