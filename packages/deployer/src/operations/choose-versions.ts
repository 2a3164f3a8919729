import { DeploymentError, type ServiceStatus } from "@openfactory/deploy-core";
import { APP_LABEL, DEVICE_LABEL, ownerOf } from "../model/labels.js";
import { ownershipOf, ownerText, type Scope } from "../model/ownership.js";
import type { DesiredProject } from "../model/project.js";
import { whyNotAgain } from "../observe/observed-service.js";

/** An app whose version before is to be brought back, or why it can't be. */
export interface Choice {
  readonly app: string;
  readonly service: string;
  readonly status: ServiceStatus;
  /** One sentence: why there is no version to go back to. */
  readonly obstacle?: string;
  /** One sentence: why it is left though it has one, unless it is named. */
  readonly left?: string;
}

/** What is to be brought back, in the order of the file. */
interface Choices {
  /** The newest run, where that is taken back. */
  readonly run?: string;
  readonly choices: readonly Choice[];
}

/**
 * Chooses the services of a project that are to go back to their version before: those of the apps that are named,
 * whichever version that is; or those that the newest run changed, as far as they have an earlier one.
 * @throws DeploymentError `NOT_FOUND` for a name that is no app's that is deployed.
 */
export function chooseVersions(
  desired: DesiredProject,
  services: Iterable<ServiceStatus>,
  names: readonly string[] | undefined,
): Choices {
  const { project, apps } = desired;
  const places = new Map(apps.map(({ service }, index) => [service, index]));
  const placeOf = ({ service }: Choice): number => places.get(service) ?? apps.length;
  const keys = new Map(apps.map(({ service, key }) => [service, key]));
  const ours = [...services]
    .filter(({ name, labels }) => ownershipOf(labels, desired, places.has(name)) === "ours")
    .map((status): Choice => ({
      app: keys.get(status.name) ?? status.labels[APP_LABEL] ?? status.name,
      service: status.name,
      status,
    }))
    .sort((a, b) => placeOf(a) - placeOf(b));
  if (names !== undefined)
    return { choices: named(names, ours, project).map((choice) => judge(choice, desired, true)) };

  const run = ours.map(runOf).sort().at(-1);
  if (run === undefined || run === "") return { choices: [] };
  const choices = ours.filter((choice) => runOf(choice) === run).map((choice) => judge(choice, desired, false));
  return { run, choices };
}

const runOf = ({ status }: Choice): string => ownerOf(status.labels)?.run ?? "";

function named(names: readonly string[], ours: readonly Choice[], project: string): Choice[] {
  const wanted = new Set(names);
  const namesOf = ({ app, status }: Choice): string[] => [app, status.labels[DEVICE_LABEL] ?? app];
  const found = ours.filter((choice) => namesOf(choice).some((name) => wanted.has(name)));
  const known = new Set(found.flatMap(namesOf));
  const missing = names.find((name) => !known.has(name));
  if (missing === undefined) return found;
  throw new DeploymentError("NOT_FOUND", `The project ${project} has no app ${missing} that is deployed.`, {
    hint: "`ofdeploy ps` lists what is there.",
  });
}

function judge(choice: Choice, scope: Scope, isNamed: boolean): Choice {
  const { previous } = choice.status;
  if (previous === undefined) return { ...choice, obstacle: "It has no version before this one." };
  const owner = ownerOf(previous.labels);
  if (ownershipOf(previous.labels, scope, true) !== "ours") {
    return {
      ...choice,
      obstacle: `The version before belongs to ${ownerText(owner, scope)}: the service was taken over since.`,
    };
  }
  const once = isNamed ? undefined : whyNotAgain(choice.status);
  if (once !== undefined) return { ...choice, left: `${once}, and going back would run it again; name it to do that.` };
  const isNewer = (owner?.run ?? "") > runOf(choice);
  if (isNamed || !isNewer) return choice;
  return {
    ...choice,
    obstacle: "It was brought back already, or a failed run was put back; name the app to go to the newer version.",
  };
}
