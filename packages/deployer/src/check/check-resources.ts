import {
  DeploymentError,
  type ErrorIssue,
  isSameDriver,
  type OpenFactoryServiceDeploymentStrategy,
  supports,
  volumeDifference,
  type VolumeDriver,
} from "@openfactory/deploy-core";
import { OWNERSHIP_LABELS } from "../model/labels.js";
import type { DesiredResource } from "../model/project.js";
import type { ProjectWarning } from "../model/warnings.js";
import type { CheckedApp } from "./check-requests.js";

/** The resources that the platform can create, and warnings for the others. */
interface CheckedResources {
  readonly resources: readonly DesiredResource[];
  readonly warnings: readonly ProjectWarning[];
}

/**
 * Checks everything about resources that needs no engine.
 * @throws DeploymentError `INVALID_REQUEST` for a duplicate name or a reserved label; in strict mode, `UNSUPPORTED` for a
 * resource that the platform can't create.
 */
export function checkResources(
  desired: readonly DesiredResource[],
  strategy: OpenFactoryServiceDeploymentStrategy,
  { strict = false }: { strict?: boolean } = {},
): CheckedResources {
  assertNoReservedLabels(desired);
  assertUniqueNames(desired);
  const kinds = new Set(supports(strategy, "resources") ? strategy.resourceKinds : []);
  const missing = desired.filter(({ spec }) => !kinds.has(spec.kind));
  if (missing.length === 0) return { resources: desired, warnings: [] };
  const { name } = strategy.manifest;
  const reasons = missing.map(({ key, spec }) => {
    const kind = `${spec.kind}s`;
    return `The platform ${name} can't create ${kind}, so the ${spec.kind} ${key} is not created.`;
  });
  if (strict) {
    throw new DeploymentError("UNSUPPORTED", reasons[0] ?? "", {
      strategy: name,
      issues: missing.map(({ location }, index): ErrorIssue => ({ message: reasons[index] ?? "", location })),
      hint: "Remove the resource from the file, create it yourself and mark it external, use another --platform, or drop --strict.",
    });
  }
  return {
    resources: desired.filter(({ spec }) => kinds.has(spec.kind)),
    warnings: reasons.map((reason) => ({ code: "RESOURCE_NOT_CREATED", reason })),
  };
}

/** A reserved label in the file would change the owner of the resource. */
function assertNoReservedLabels(desired: readonly DesiredResource[]): void {
  const issues = desired.flatMap(({ key, spec, location }): ErrorIssue[] =>
    Object.keys(spec.labels ?? {})
      .filter((label) => OWNERSHIP_LABELS.includes(label))
      .map((label) => ({ message: `the ${spec.kind} ${key}: the label ${label} is reserved for ofdeploy`, location })),
  );
  if (issues.length === 0) return;
  throw new DeploymentError("INVALID_REQUEST", `${issues[0]?.message}.`, { issues, hint: "Remove the label." });
}

function assertUniqueNames(desired: readonly DesiredResource[]): void {
  const names = new Map<string, DesiredResource>();
  const issues: ErrorIssue[] = [];
  for (const resource of desired) {
    const id = `${resource.spec.kind} ${resource.spec.name}`;
    const other = names.get(id);
    if (other === undefined) names.set(id, resource);
    else issues.push({ message: `${other.key} and ${resource.key} are the same ${id}`, location: resource.location });
  }
  if (issues.length === 0) return;
  throw new DeploymentError("INVALID_REQUEST", `${issues[0]?.message}.`, {
    issues,
    hint: "Change the name of one of these resources. Nothing was deployed.",
  });
}

interface VolumeUse {
  app: CheckedApp["app"];
  volume: string;
  driver: VolumeDriver;
}

/**
 * Checks that apps which share a volume use the same driver and driver options. Otherwise the engine would create the
 * volume for the first app and mount it in the other one, too. A mount without a driver accepts any volume.
 * @throws DeploymentError `INVALID_REQUEST` with one issue per finding.
 */
export function checkVolumes(apps: readonly CheckedApp[]): void {
  const byVolume = Map.groupBy(apps.flatMap(volumeUses), ({ volume }) => volume);
  const issues = [...byVolume.values()].flatMap(([first, ...others]) =>
    others.flatMap((other) => (first && !isSameDriver(first.driver, other.driver) ? [conflict(first, other)] : [])),
  );
  if (issues.length === 0) return;
  throw new DeploymentError("INVALID_REQUEST", `${issues[0]?.message}.`, {
    issues,
    hint: "Use another volume name or the same options in these apps. Nothing was deployed.",
  });
}

const conflict = (first: VolumeUse, second: VolumeUse): ErrorIssue => ({
  message: `${second.app.key} and ${first.app.key} use the volume ${second.volume} with different options: ${volumeDifference(second.driver, first.driver)}`,
  location: second.app.location,
});

const volumeUses = ({ app, request: { mounts = [] } }: CheckedApp): VolumeUse[] =>
  mounts.flatMap(({ Type, Source, VolumeOptions }) => {
    const driver = VolumeOptions?.DriverConfig;
    return Type === "volume" && Source !== undefined && driver !== undefined ? [{ app, volume: Source, driver }] : [];
  });
