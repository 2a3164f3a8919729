import { type OpenFactoryServiceDeploymentStrategy, supports } from "@openfactory/deploy-core";
import { DIRECTORY_LABEL, FILE_LABEL, type Owner, ownerOf, PROJECT_LABEL } from "./labels.js";

/** What a run speaks for: see `DesiredProject`. */
export interface Scope {
  readonly project: string;
  /** Undefined: the whole project. */
  readonly files?: readonly string[];
  readonly directory?: string;
  readonly hasChosenName?: boolean;
}

/**
 * Whose a service or resource is, from a run's point of view. Only `ours` is ever changed or removed:
 * - `ours`: one of the run's files owns it; or no file is recorded, and the run's files name it
 * - `unrecorded`: the project's, no file is recorded (an earlier release made it), and the run's files do not name it
 * - `other-file`: another file of the project owns it, which may be in another directory if the name was chosen
 * - `other-directory`: a project of the same name in another directory owns it
 * - `foreign`: another project's, or not made by this tool
 */
export type Ownership = "ours" | "unrecorded" | "other-file" | "other-directory" | "foreign";

type Labels = Readonly<Record<string, string>>;

/** @param isNamed whether the run's files name it: an app by its service, a resource by its name or key. */
export function ownershipOf(
  labels: Labels,
  { project, files, directory, hasChosenName = false }: Scope,
  isNamed: boolean,
): Ownership {
  if (labels[PROJECT_LABEL] !== project) return "foreign";
  const recorded = labels[DIRECTORY_LABEL];
  const isElsewhere = directory !== undefined && recorded !== undefined && recorded !== directory;
  if (isElsewhere && !hasChosenName) return "other-directory";
  if (files === undefined) return "ours";
  if (isElsewhere && !isNamed) return "other-file";
  const file = labels[FILE_LABEL];
  if (file === undefined) return isNamed ? "ours" : "unrecorded";
  return files.includes(file) ? "ours" : "other-file";
}

/** Whether it belongs to the run's project, whichever file owns it. */
export const isOfProject = (ownership: Ownership): boolean =>
  ownership !== "foreign" && ownership !== "other-directory";

/** The ownership labels of what a run makes for one of its files. */
export function fileLabels({ files, directory }: Scope, file: string | undefined): Record<string, string> {
  const owner = file ?? (files?.length === 1 ? files[0] : undefined);
  return {
    ...(owner !== undefined && { [FILE_LABEL]: owner }),
    ...(directory !== undefined && { [DIRECTORY_LABEL]: directory }),
  };
}

/** How the command line names a file that is read from standard input. */
const STDIN = "-";

/** `app_b.yml`, `app.yml in /srv/line-2`, `the project other`, `no file`: an owner as a part of a sentence. */
export function ownerText(owner: Owner | undefined, scope: Scope): string {
  if (owner === undefined) return "nothing that ofdeploy manages";
  const place = owner.directory !== undefined && owner.directory !== scope.directory ? ` in ${owner.directory}` : "";
  if (owner.project !== scope.project) return `the project ${owner.project}${place}`;
  if (owner.file === undefined) return place === "" ? "no recorded file" : `the project ${owner.project}${place}`;
  return `${owner.file === STDIN ? "standard input" : owner.file}${place}`;
}

/** {@link ownerText} of the one that these labels name. */
export const ownerTextOf = (labels: Labels, scope: Scope): string => ownerText(ownerOf(labels), scope);

/**
 * Whether the strategy can keep ownership labels and show them again. Where it can't, nobody knows who made a service:
 * what is in the way is told by the deploy itself (`ALREADY_EXISTS`), and services are removed by name alone.
 */
export const canTellOwners = (strategy: OpenFactoryServiceDeploymentStrategy): boolean =>
  strategy.manifest.honours.includes("labels") && (supports(strategy, "list") || supports(strategy, "inspect"));
