import { randomUUID } from "node:crypto";
import {
  DeploymentError,
  type Deployment,
  type NormalizedRequest,
  type ServiceSettings,
  type UpdateOptions,
} from "@openfactory/deploy-core";
import type { DockerEngine, ServiceDetails } from "@openfactory/docker-engine";
import {
  changeServiceSpec,
  type NetworkNames,
  OPERATION_LABEL,
  toServiceSettings,
  toServiceSpec,
} from "@openfactory/docker-translators";
import { changeService } from "./change-service.js";
import { changedPaths } from "./changed-paths.js";
import { explainingSpec } from "./create-fault.js";
import { engineWarning } from "./engine-warning.js";
import { findService } from "./find-service.js";
import { swarmManifest } from "./manifest.js";
import { networkNames } from "./network-names.js";
import { resolveFiles } from "./resolve-files.js";
import { resolveImage } from "./resolve-image.js";
import { revisionOf } from "./revision.js";
import { settingsOfSpec } from "./settings.js";
import { forced, mustStartAnew } from "./start-anew.js";

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
  refuseStale(service, { revision, names });
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
  const startsAnew = await mustStartAnew(engine, service, settings, { signal });
  const asked = toServiceSpec(request, { apiVersion, image, ...files });
  asked.Labels = { ...asked.Labels, [OPERATION_LABEL]: operation };
  const ids = new Map([...names].map(([id, network]) => [network, id]));
  const changed = await explainingSpec(request, () =>
    changeService(
      engine,
      service,
      {
        step: "update",
        decide(present) {
          refuseStale(present, { revision, names, seen: service });
          refuseReplacement(settingsOfSpec(present.Spec, names), request);
          const spec = changeServiceSpec(present.Spec, asked, ids);
          return { spec: startsAnew ? forced(spec) : spec, image: authFor };
        },
        isOutcome: ({ Spec }) => Spec.Labels?.[OPERATION_LABEL] === operation,
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
function refuseStale({ Spec, PreviousSpec }: ServiceDetails, { revision, names, seen }: Seen): void {
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
function refuseReplacement(present: ServiceSettings, request: NormalizedRequest): void {
  const reason = swarmManifest.needsReplacement?.(present, request);
  if (reason === undefined) return;
  throw new DeploymentError("UNSUPPORTED", `Service ${request.name} can't be updated: ${reason}.`, {
    service: request.name,
    field: "mode",
    hint: "Remove it and deploy it anew.",
  });
}
