import {
  DeploymentError,
  type ErrorIssue,
  isSameDriver,
  type OpenFactoryServiceDeploymentStrategy,
  supports,
  volumeDifference,
  type VolumeDriver,
} from "@openfactory/deploy-core";
import type { CheckedRequest } from "./check-requests.js";
import { OWNERSHIP_LABELS } from "../model/labels.js";
import type { DesiredResource } from "../model/project.js";
import type { ProjectWarning } from "../model/warnings.js";

/** Which of the resources the platform can make, and what it can't. */
interface CheckedResources {
  readonly resources: readonly DesiredResource[];
  readonly warnings: readonly ProjectWarning[];
}

/**
 * Checks what can be said of resources without asking an engine.
 * @throws DeploymentError `INVALID_REQUEST` where two have one name, and for a label of ofdeploy's own; in strict mode, `UNSUPPORTED` for what the platform
 * does not make.
 */
export function checkResources(
  desired: readonly DesiredResource[],
  strategy: OpenFactoryServiceDeploymentStrategy,
  { strict = false }: { strict?: boolean } = {},
): CheckedResources {
  refuseReservedLabels(desired);
  refuseTwins(desired);
  const kinds = new Set(supports(strategy, "resources") ? strategy.resourceKinds : []);
  const missing = desired.filter(({ spec }) => !kinds.has(spec.kind));
  if (missing.length === 0) return { resources: desired, warnings: [] };
  const { name } = strategy.manifest;
  const reasons = missing.map(({ key, spec }) => {
    const kind = `${spec.kind}s`;
    return `The platform ${name} makes no ${kind}: the ${spec.kind} ${key} is not made.`;
  });
  if (strict) {
    throw new DeploymentError("UNSUPPORTED", reasons[0] ?? "", {
      strategy: name,
      issues: missing.map(({ location }, index): ErrorIssue => ({ message: reasons[index] ?? "", location })),
      hint: "Leave it out, make it by hand and declare it external, deploy on another platform, or do without strict mode.",
    });
  }
  return {
    resources: desired.filter(({ spec }) => kinds.has(spec.kind)),
    warnings: reasons.map((reason) => ({ code: "RESOURCE_NOT_MADE", reason })),
  };
}

/** A label that says whose a resource is would be overwritten, or make it another project's. */
function refuseReservedLabels(desired: readonly DesiredResource[]): void {
  const issues = desired.flatMap(({ key, spec, location }): ErrorIssue[] =>
    Object.keys(spec.labels ?? {})
      .filter((label) => OWNERSHIP_LABELS.includes(label))
      .map((label) => ({ message: `the ${spec.kind} ${key}: the label ${label} is set by ofdeploy itself`, location })),
  );
  if (issues.length === 0) return;
  throw new DeploymentError("INVALID_REQUEST", `${issues[0]?.message}.`, { issues, hint: "Leave the label out." });
}

function refuseTwins(desired: readonly DesiredResource[]): void {
  const names = new Map<string, DesiredResource>();
  const issues: ErrorIssue[] = [];
  for (const resource of desired) {
    const id = `${resource.spec.kind} ${resource.spec.name}`;
    const other = names.get(id);
    if (other === undefined) names.set(id, resource);
    else issues.push({ message: `${other.key} and ${resource.key} are one ${id}`, location: resource.location });
  }
  if (issues.length === 0) return;
  throw new DeploymentError("INVALID_REQUEST", `${issues[0]?.message}.`, {
    issues,
    hint: "Give one of them another name; nothing was deployed.",
  });
}

interface VolumeUse {
  app: CheckedRequest["app"];
  volume: string;
  driver: VolumeDriver;
}

/**
 * Checks that no two apps ask for one volume with different drivers or driver options: the engine would make the volume for
 * the app that comes first, and mount it in the other one, too. A mount without a driver takes any volume.
 * @throws DeploymentError `INVALID_REQUEST` with one issue per finding.
 */
export function checkVolumes(apps: readonly CheckedRequest[]): void {
  const byVolume = Map.groupBy(apps.flatMap(volumeUses), ({ volume }) => volume);
  const issues = [...byVolume.values()].flatMap(([first, ...others]) =>
    others.flatMap((other) => (first && !isSameDriver(first.driver, other.driver) ? [conflict(first, other)] : [])),
  );
  if (issues.length === 0) return;
  throw new DeploymentError("INVALID_REQUEST", `${issues[0]?.message}.`, {
    issues,
    hint: "Use another volume name, or the same options, in the named apps; nothing was deployed.",
  });
}

const conflict = (first: VolumeUse, second: VolumeUse): ErrorIssue => ({
  message: `${second.app.key} and ${first.app.key} ask for the volume ${second.volume} with different options: ${volumeDifference(second.driver, first.driver)}`,
  location: second.app.location,
});

const volumeUses = ({ app, request: { mounts = [] } }: CheckedRequest): VolumeUse[] =>
  mounts.flatMap(({ Type, Source, VolumeOptions }) => {
    const driver = VolumeOptions?.DriverConfig;
    return Type === "volume" && Source !== undefined && driver !== undefined ? [{ app, volume: Source, driver }] : [];
  });
