import {
  DeploymentError,
  type OpenFactoryServiceDeploymentStrategy,
  requireCapability,
  type ServiceStatus,
} from "@openfactory/deploy-core";
import { APP_LABEL, DEVICE_LABEL } from "../model/labels.js";
import { describeOwnerOf, isOfProject, ownershipOf, type Scope, tracksOwnership } from "../model/ownership.js";
import type { DesiredProject } from "../model/project.js";
import { observe, observeOne } from "../observe/observe.js";

/** A deployed service that the run's files own. */
export interface OwnedService {
  /** The app's name in the file, or as deployed. */
  readonly app: string;
  readonly service: string;
  readonly status: ServiceStatus;
}

/**
 * The services that the run's files own, in the order of the file; other apps last.
 * @param names of apps or devices. Default: all.
 * @throws DeploymentError `NOT_FOUND` for a name that is not the name of a deployed app.
 */
export function ownedServices(
  desired: DesiredProject,
  services: Iterable<ServiceStatus>,
  names?: readonly string[],
): OwnedService[] {
  const { project, apps } = desired;
  const indexes = new Map(apps.map(({ service }, index) => [service, index]));
  const indexOf = ({ service }: OwnedService): number => indexes.get(service) ?? apps.length;
  const keys = new Map(apps.map(({ service, key }) => [service, key]));
  const ours = [...services]
    .filter(({ name, labels }) => ownershipOf(labels, desired, indexes.has(name)) === "ours")
    .map((status): OwnedService => ({
      app: keys.get(status.name) ?? status.labels[APP_LABEL] ?? status.name,
      service: status.name,
      status,
    }))
    .sort((a, b) => indexOf(a) - indexOf(b));
  if (names === undefined) return ours;
  const wanted = new Set(names);
  const namesOf = ({ app, status }: OwnedService): string[] => [app, status.labels[DEVICE_LABEL] ?? app];
  const found = ours.filter((candidate) => namesOf(candidate).some((name) => wanted.has(name)));
  const known = new Set(found.flatMap(namesOf));
  const missing = names.find((name) => !known.has(name));
  if (missing === undefined) return found;
  throw new DeploymentError("NOT_FOUND", `The app ${missing} is not deployed in the project ${project}.`, {
    hint: "Run `ofdeploy ps` to list the deployed apps.",
  });
}

/** The service of one app. @throws DeploymentError `NOT_FOUND`, `CONFLICT` (it belongs to something else). */
export async function findOwnedService(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  app: string,
  signal: AbortSignal | undefined,
): Promise<ServiceStatus> {
  const { project, apps } = desired;
  if (!tracksOwnership(strategy)) requireCapability(strategy, "list");
  const service = apps.find(({ key }) => key === app)?.service;
  const found =
    service === undefined
      ? await findByLabel(strategy, desired, app, signal)
      : await observeOne(strategy, service, { signal });
  if (found === undefined) {
    throw new DeploymentError("NOT_FOUND", `The app ${app} is not deployed in the project ${project}.`, {
      hint: "Run `ofdeploy ps` to list the deployed apps.",
    });
  }
  const ownership = ownershipOf(found.labels, desired, true);
  if (ownership === "ours") return found;
  const owner = describeOwnerOf(found.labels, desired);
  throw new DeploymentError("CONFLICT", `Service ${found.name} belongs to ${owner}, and was not changed.`, {
    service: found.name,
    hint: isOfProject(ownership)
      ? "Pass that file: --file <path>."
      : "Run `ofdeploy up --adopt <app>` first to manage the service with this project.",
  });
}

async function findByLabel(
  strategy: OpenFactoryServiceDeploymentStrategy,
  scope: Scope,
  app: string,
  signal: AbortSignal | undefined,
): Promise<ServiceStatus | undefined> {
  const { services } = await observe(strategy, [], { project: scope.project, signal });
  return [...services.values()].find(
    ({ labels }) => ownershipOf(labels, scope, false) === "ours" && labels[APP_LABEL] === app,
  );
}
