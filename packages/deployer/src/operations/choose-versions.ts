import { DeploymentError, type ServiceStatus } from "@openfactory/deploy-core";
import { APP_LABEL, DEVICE_LABEL, ownerOf } from "../model/labels.js";
import { describeOwner, ownershipOf, type Scope } from "../model/ownership.js";
import type { DesiredProject } from "../model/project.js";
import { oneShotReason } from "../observe/observed-service.js";

/** An app to roll back, or the reason not to. */
export interface RollbackCandidate {
  readonly app: string;
  readonly service: string;
  readonly status: ServiceStatus;
  /** Why there is no version to roll back to, in one sentence. */
  readonly noVersionReason?: string;
  /** Why it is skipped unless it is named, in one sentence. */
  readonly skipReason?: string;
}

/** The apps to roll back, in the order of the file. */
interface RollbackCandidates {
  /** Id of the run to roll back; omitted where apps are named. */
  readonly run?: string;
  readonly candidates: readonly RollbackCandidate[];
}

/**
 * Chooses the services of a project to roll back: those of the named apps, or those that the newest run changed, if they
 * have an earlier version.
 * @throws DeploymentError `NOT_FOUND` for a name that is not the name of a deployed app.
 */
export function chooseVersions(
  desired: DesiredProject,
  services: Iterable<ServiceStatus>,
  names: readonly string[] | undefined,
): RollbackCandidates {
  const { project, apps } = desired;
  const indexes = new Map(apps.map(({ service }, index) => [service, index]));
  const indexOf = ({ service }: RollbackCandidate): number => indexes.get(service) ?? apps.length;
  const keys = new Map(apps.map(({ service, key }) => [service, key]));
  const ours = [...services]
    .filter(({ name, labels }) => ownershipOf(labels, desired, indexes.has(name)) === "ours")
    .map((status): RollbackCandidate => ({
      app: keys.get(status.name) ?? status.labels[APP_LABEL] ?? status.name,
      service: status.name,
      status,
    }))
    .sort((a, b) => indexOf(a) - indexOf(b));
  if (names !== undefined)
    return {
      candidates: selectNamed(names, ours, project).map((candidate) => checkCandidate(candidate, desired, true)),
    };

  const run = ours.map(runIdOf).sort().at(-1);
  if (run === undefined || run === "") return { candidates: [] };
  const candidates = ours
    .filter((candidate) => runIdOf(candidate) === run)
    .map((candidate) => checkCandidate(candidate, desired, false));
  return { run, candidates };
}

const runIdOf = ({ status }: RollbackCandidate): string => ownerOf(status.labels)?.run ?? "";

function selectNamed(
  names: readonly string[],
  ours: readonly RollbackCandidate[],
  project: string,
): RollbackCandidate[] {
  const wanted = new Set(names);
  const namesOf = ({ app, status }: RollbackCandidate): string[] => [app, status.labels[DEVICE_LABEL] ?? app];
  const found = ours.filter((candidate) => namesOf(candidate).some((name) => wanted.has(name)));
  const known = new Set(found.flatMap(namesOf));
  const missing = names.find((name) => !known.has(name));
  if (missing === undefined) return found;
  throw new DeploymentError("NOT_FOUND", `The app ${missing} is not deployed in the project ${project}.`, {
    hint: "Run `ofdeploy ps` to list the deployed apps.",
  });
}

function checkCandidate(candidate: RollbackCandidate, scope: Scope, isNamed: boolean): RollbackCandidate {
  const { previous } = candidate.status;
  if (previous === undefined) return { ...candidate, noVersionReason: "No previous version." };
  const owner = ownerOf(previous.labels);
  if (ownershipOf(previous.labels, scope, true) !== "ours") {
    return {
      ...candidate,
      noVersionReason:
        owner === undefined
          ? "The previous version was not managed by ofdeploy: the service was adopted since."
          : `The previous version belongs to ${describeOwner(owner, scope)}: the service was adopted since.`,
    };
  }
  const oneShot = isNamed ? undefined : oneShotReason(candidate.status);
  if (oneShot !== undefined)
    return { ...candidate, skipReason: `${oneShot}, and a rollback would run it again. Name the app to do that.` };
  const isNewer = (owner?.run ?? "") > runIdOf(candidate);
  if (isNamed || !isNewer) return candidate;
  return {
    ...candidate,
    noVersionReason: "Already on its previous version. Name the app to switch forward.",
  };
}
