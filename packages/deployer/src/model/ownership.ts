import { type OpenFactoryServiceDeploymentStrategy, supports } from "@openfactory/deploy-core";
import { DIRECTORY_LABEL, FILE_LABEL, type Owner, ownerOf, PROJECT_LABEL } from "./labels.js";

/** The part of a project that a run may change: see `DesiredProject`. */
export interface Scope {
  readonly project: string;
  /** Undefined: the whole project. */
  readonly files?: readonly string[];
  readonly directory?: string;
  readonly hasExplicitName?: boolean;
}

/**
 * The relation of a service or resource to a run. Only `ours` may be changed or removed:
 * - `ours`: one of the run's files owns it; or no file is recorded, and the run's files contain it
 * - `unrecorded`: the project owns it, no file is recorded (an earlier release), and the run's files do not contain it
 * - `other-file`: another file of the project owns it, in another directory too if the user chose the project's name
 * - `other-directory`: a project with the same name in another directory owns it
 * - `foreign`: another project owns it, or ofdeploy does not manage it
 */
export type Ownership = "ours" | "unrecorded" | "other-file" | "other-directory" | "foreign";

type Labels = Readonly<Record<string, string>>;

/** @param isNamed whether the run's files contain it: an app by its service, a resource by its name or key. */
export function ownershipOf(
  labels: Labels,
  { project, files, directory, hasExplicitName = false }: Scope,
  isNamed: boolean,
): Ownership {
  if (labels[PROJECT_LABEL] !== project) return "foreign";
  const recorded = labels[DIRECTORY_LABEL];
  const isElsewhere = directory !== undefined && recorded !== undefined && recorded !== directory;
  if (isElsewhere && !hasExplicitName) return "other-directory";
  if (files === undefined) return "ours";
  if (isElsewhere && !isNamed) return "other-file";
  const file = labels[FILE_LABEL];
  if (file === undefined) return isNamed ? "ours" : "unrecorded";
  return files.includes(file) ? "ours" : "other-file";
}

/**
 * The services of which an unfinished change left a version that the run does not own, such as the original of an adoption.
 * @param versions see `Observed.versions`.
 */
export const servicesOfTwoOwners = (
  versions: readonly { readonly labels: Labels; readonly versionOf?: string }[],
  scope: Scope,
): ReadonlySet<string> =>
  new Set(
    versions.flatMap(({ labels, versionOf }) =>
      versionOf === undefined || ownershipOf(labels, scope, true) === "ours" ? [] : [versionOf],
    ),
  );

/** Whether it belongs to the run's project, whichever file owns it. */
export const isOfProject = (ownership: Ownership): boolean =>
  ownership !== "foreign" && ownership !== "other-directory";

/** The labels for the file and directory of a new service or resource. */
export function fileLabels({ files, directory }: Scope, file: string | undefined): Record<string, string> {
  const owner = file ?? (files?.length === 1 ? files[0] : undefined);
  return {
    ...(owner !== undefined && { [FILE_LABEL]: owner }),
    ...(directory !== undefined && { [DIRECTORY_LABEL]: directory }),
  };
}

/** How the command line names a file that is read from standard input. */
const STDIN = "-";

/** An owner as a part of a sentence: `app_b.yml`, `app.yml in /srv/line-2`, `the project other`, `no recorded file`. */
export function describeOwner(owner: Owner | undefined, scope: Scope): string {
  if (owner === undefined) return "no ofdeploy project";
  const place = owner.directory !== undefined && owner.directory !== scope.directory ? ` in ${owner.directory}` : "";
  if (owner.project !== scope.project) return `the project ${owner.project}${place}`;
  if (owner.file === undefined) return place === "" ? "no recorded file" : `the project ${owner.project}${place}`;
  return `${owner.file === STDIN ? "standard input" : owner.file}${place}`;
}

/** As {@link describeOwner}, for the labels of a service or resource. */
export const describeOwnerOf = (labels: Labels, scope: Scope): string => describeOwner(ownerOf(labels), scope);

/**
 * Whether the strategy can store ownership labels and read them back. Otherwise owners are unknown: a deploy reports a
 * name in use itself (`ALREADY_EXISTS`), and services are removed by name alone.
 */
export const tracksOwnership = (strategy: OpenFactoryServiceDeploymentStrategy): boolean =>
  strategy.manifest.supportedFields.includes("labels") && (supports(strategy, "list") || supports(strategy, "inspect"));
