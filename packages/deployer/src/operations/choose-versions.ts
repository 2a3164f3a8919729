import type { ServiceStatus } from "@openfactory/deploy-core";
import { ownerOf } from "../model/labels.js";
import { describeOwner, ownershipOf, type Scope } from "../model/ownership.js";
import type { DesiredProject } from "../model/project.js";
import { oneShotReason } from "../observe/observed-service.js";
import { type OwnedService, ownedServices } from "./owned-services.js";

/** An app to roll back, or the reason not to. */
export interface RollbackCandidate extends OwnedService {
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
  const ours = ownedServices(desired, services, names);
  if (names !== undefined) return { candidates: ours.map((candidate) => checkCandidate(candidate, desired, true)) };

  const run = ours.map(runIdOf).sort().at(-1);
  if (run === undefined || run === "") return { candidates: [] };
  const candidates = ours
    .filter((candidate) => runIdOf(candidate) === run)
    .map((candidate) => checkCandidate(candidate, desired, false));
  return { run, candidates };
}

const runIdOf = ({ status }: RollbackCandidate): string => ownerOf(status.labels)?.run ?? "";

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
