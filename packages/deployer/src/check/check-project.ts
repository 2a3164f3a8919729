import { DeploymentError, type OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { DesiredDevice, DesiredProject, DesiredResource } from "../desired.js";
import type { Scope } from "../ownership/ownership.js";
import { hashOf } from "../ownership/request-hash.js";
import type { ProjectWarning } from "../project-warning.js";
import { checkApps } from "./check-apps.js";
import { type CheckedRequest, parseRequests } from "./check-requests.js";
import { checkResources } from "./check-resources.js";
import { checkVolumes } from "./check-volumes.js";

/** An app whose request is known to be valid. Parsed and hashed once in a run, however often it is looked at. */
export interface CheckedApp extends CheckedRequest {
  readonly hash: string;
}

/** A project that is known to be valid, as far as it tells itself. */
export interface CheckedProject extends Scope {
  readonly apps: readonly CheckedApp[];
  /** Those that the platform can make. */
  readonly resources: readonly DesiredResource[];
  readonly devices: readonly DesiredDevice[];
  readonly warnings: readonly ProjectWarning[];
}

/**
 * Everything that can be said of a project without asking an engine.
 * @param options.adopt apps that must be there.
 * @throws DeploymentError `INVALID_REQUEST`, `UNSUPPORTED`, with one issue per finding.
 */
export function checkProject(
  { project, files, directory, hasChosenName, apps, resources = [], devices = [] }: DesiredProject,
  strategy: OpenFactoryServiceDeploymentStrategy,
  options: { strict?: boolean; adopt?: readonly string[] } = {},
): CheckedProject {
  checkApps(apps);
  checkNames(options.adopt ?? [], apps);
  const networks = new Map(
    resources.flatMap(({ spec }) => (spec.kind === "network" ? [[spec.name, spec] as const] : [])),
  );
  const checked = parseRequests(apps, strategy, { ...options, networks }).map((one) => ({
    ...one,
    hash: hashOf(one.request),
  }));
  checkVolumes(checked);
  const scope = {
    project,
    ...(files && { files }),
    ...(directory !== undefined && { directory }),
    ...(hasChosenName && { hasChosenName }),
  };
  return { ...scope, apps: checked, devices, ...checkResources(resources, strategy, options) };
}

/** @throws DeploymentError `INVALID_REQUEST` if one of the names is no app's. */
function checkNames(names: readonly string[], apps: readonly { key: string }[]): void {
  const known = new Set(apps.map(({ key }) => key));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new DeploymentError("INVALID_REQUEST", `There is no app ${unknown.join(", ")} in the file.`, {
    hint: known.size === 0 ? "Name a file." : `Its apps are: ${[...known].slice(0, 20).join(", ")}.`,
  });
}
