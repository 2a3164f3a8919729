import {
  type NormalizedRequest,
  type OpenFactoryServiceDeploymentStrategy,
  type ServiceSettings,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import type { CheckedApp } from "../check/check-requests.js";
import { DIRECTORY_LABEL, FILE_LABEL, type Owner, ownerOf } from "../model/labels.js";
import { describeOwner, fileLabels, type Ownership, ownershipOf, type Scope } from "../model/ownership.js";
import type { FieldChange, PlannedApp } from "../model/plan.js";
import { isDeployedFrom } from "../model/request-hash.js";
import { observeOne, withoutSettings } from "../observe/observe.js";
import { unmappedWarnings } from "./adopted-settings.js";
import { compareSettings, matchesFingerprint } from "./compare-settings.js";
import { locateChanges } from "./locate-changes.js";
import { releaseReason, restartedInstances, restartReason } from "./reasons.js";

/** The inputs that are common to all apps of a plan. */
export interface PlanContext {
  readonly strategy: OpenFactoryServiceDeploymentStrategy;
  readonly scope: Scope;
  readonly adopt: ReadonlySet<string>;
  readonly takeOwnership: boolean;
  /** Why the service must be attached to its networks again, if it must. */
  readonly networkReason: (status: ServiceStatus, app: CheckedApp) => string | undefined;
  readonly showEnv: boolean;
  readonly signal?: AbortSignal;
}

/** A planned app with the settings that applying it needs. */
interface ComparedApp {
  readonly planned: PlannedApp;
  /** The observed service; with its settings if it will change and the strategy can read them. */
  readonly before?: ServiceStatus;
  /** The desired settings, if they were computed. */
  readonly after?: ServiceSettings;
}

/** Compares an app with the service of its name. Asks the engine only for data that the listing lacks. */
export async function planApp(
  checked: CheckedApp,
  listed: ServiceStatus | undefined,
  context: PlanContext,
): Promise<ComparedApp> {
  const { key, service, location } = checked.app;
  const plan = (action: PlannedApp["action"], more: Partial<PlannedApp> = {}, before?: ServiceStatus): ComparedApp => ({
    planned: {
      app: key,
      service,
      action,
      ...more,
      changes: locateChanges(more.changes ?? [], checked),
      ...(before && { status: withoutSettings(before) }),
      warnings: [...checked.warnings, ...(more.warnings ?? [])],
      ...(location && { location }),
    },
    before,
  });
  if (listed === undefined) return plan("create");
  const { scope, takeOwnership } = context;
  const owner = ownerOf(listed.labels);
  const ownership = ownershipOf(listed.labels, scope, true);
  const isOurs = ownership === "ours" || (takeOwnership && ownership !== "foreign");
  if (!isOurs && !context.adopt.has(key)) {
    return plan(
      "conflict",
      {
        ...(owner && { owner }),
        reason: `${ownershipConflict(service, owner, ownership, scope)}${interruptedAdoption(key, listed, scope)}`,
      },
      listed,
    );
  }

  const isSame = isOurs && isDeployedFrom(checked.request, listed.labels);
  const moves = isOurs ? ownerChanges(listed, checked, context) : [];
  const restart = isOurs
    ? (restartReason(listed, checked.request) ?? context.networkReason(listed, checked))
    : undefined;
  if (isSame && moves.length === 0 && restart === undefined && isKnownUnchanged(listed, checked, context))
    return plan("unchanged", {}, listed);
  const before = isOurs ? await withSettings(listed, context) : await inspectAdopted(listed, context);
  // It was removed after the listing.
  if (before === undefined) return plan("create");
  const difference = await compare(checked, before, { ...context, isSame });
  const { to: after } = difference;
  if (!isOurs) return { ...plan(...planAdoption(before, owner, difference, context), before), after };
  if (!difference.differs && restart === undefined && moves.length === 0) return plan("unchanged", {}, before);
  const changes = [...difference.changes, ...moves].sort((a, b) => (a.path < b.path ? -1 : 1));
  const replacement = replacementReason(difference, context);
  const release = difference.differs ? releaseReason(listed.labels, checked.app) : undefined;
  const reason = [replacement ?? restart ?? ownerChangeReason(moves, difference, context), release]
    .filter((sentence) => sentence !== undefined)
    .join(" ");
  const drifted = isSame && difference.differs;
  const restarts = await restartedInstances(context.strategy, before, after, { signal: context.signal });
  const more = {
    changes,
    ...(drifted && { drifted }),
    ...(reason && { reason }),
    ...(restarts.length > 0 && { restarts }),
  };
  return { ...plan(replacement === undefined ? "update" : "replace", more, before), after };
}

/**
 * Whether the listing shows that a service is unchanged, so that its settings are not needed again: those of thousands of services
 * would take more memory than all else about them.
 */
export function isSettled(listed: ServiceStatus, checked: CheckedApp, context: PlanContext): boolean {
  return (
    ownershipOf(listed.labels, context.scope, true) === "ours" &&
    isDeployedFrom(checked.request, listed.labels) &&
    ownerChanges(listed, checked, context).length === 0 &&
    restartReason(listed, checked.request) === undefined &&
    isKnownUnchanged(listed, checked, context)
  );
}

/** Whether a service that was deployed from this same request is known to be unchanged since. */
function isKnownUnchanged(status: ServiceStatus, { request }: CheckedApp, { strategy }: PlanContext): boolean {
  // Without settings, the hash decides, and the number of replicas, which every status has.
  if (status.settings === undefined)
    return !strategy.manifest.supportedFields.includes("mode") || hasReplicas(status, request);
  // Only the registry knows whether the digest is still the newest.
  if (request.imagePullPolicy === "always" && !request.image.includes("@")) return false;
  return matchesFingerprint(status, request);
}

/** Whether the number of desired replicas is that of the request. */
function hasReplicas(
  { replicas }: ServiceStatus,
  { mode = { Replicated: { Replicas: 1 } } }: NormalizedRequest,
): boolean {
  return !("Replicated" in mode) || replicas.desired === mode.Replicated.Replicas;
}

/** The service with its settings, where the strategy can read them. */
const withSettings = async (
  listed: ServiceStatus,
  { strategy, signal }: PlanContext,
): Promise<ServiceStatus | undefined> =>
  listed.settings === undefined && supports(strategy, "settings")
    ? observeOne(strategy, listed.name, { signal })
    : listed;

/** A service to adopt, with `unmappedSettings`, which only `inspect` returns. */
const inspectAdopted = (listed: ServiceStatus, context: PlanContext): Promise<ServiceStatus | undefined> =>
  supports(context.strategy, "inspect")
    ? observeOne(context.strategy, listed.name, { signal: context.signal })
    : withSettings(listed, context);

interface Difference {
  differs: boolean;
  changes: readonly FieldChange[];
  /** Observed settings, if known. */
  from?: ServiceSettings;
  /** Desired settings, if known. */
  to?: ServiceSettings;
}

async function compare(
  { request }: CheckedApp,
  { settings: from }: ServiceStatus,
  { strategy, signal, showEnv, isSame }: PlanContext & { isSame: boolean },
): Promise<Difference> {
  if (from === undefined || !supports(strategy, "settings")) return { differs: !isSame, changes: [] };
  const to = await strategy.settingsOf(request, { signal });
  const changes = compareSettings(from, to, { showEnv, shownEnv: strategy.manifest.replicaVariables?.names });
  return { differs: changes.length > 0, changes, from, to };
}

/** Why the service must be replaced; undefined if it can be updated in place. */
function replacementReason({ from, to }: Difference, { strategy }: PlanContext): string | undefined {
  const { name, needsReplacement } = strategy.manifest;
  if (!supports(strategy, "update")) return `The platform ${name} can't update a service in place.`;
  const reason = from && to && needsReplacement?.(from, to);
  return reason === undefined ? undefined : `${reason}.`;
}

function planAdoption(
  before: ServiceStatus,
  owner: Owner | undefined,
  difference: Difference,
  context: PlanContext,
): [PlannedApp["action"], Partial<PlannedApp>] {
  const { changes } = difference;
  const replacement = replacementReason(difference, context);
  const previousOwner =
    owner === undefined
      ? "Not managed by ofdeploy yet."
      : `Currently belongs to ${describeOwner(owner, context.scope)}.`;
  if (replacement === undefined) {
    const warnings = unmappedWarnings(before, context.strategy);
    return ["adopt", { changes, ...(owner && { owner }), reason: previousOwner, warnings }];
  }
  const reason = `Service ${before.name} can't be adopted without replacing it: ${replacement}`;
  return ["conflict", { changes, ...(owner && { owner }), reason }];
}

/** A sentence if this project began to adopt the service, and did not complete it. */
function interruptedAdoption(app: string, { unfinishedVersion }: ServiceStatus, scope: Scope): string {
  if (unfinishedVersion === undefined || ownershipOf(unfinishedVersion.labels, scope, true) !== "ours") return "";
  return ` An adoption by this project was interrupted: \`ofdeploy down ${app}\` reverts it.`;
}

function ownershipConflict(service: string, owner: Owner | undefined, ownership: Ownership, scope: Scope): string {
  if (owner === undefined) return `A service named ${service} already exists, and ofdeploy does not manage it.`;
  const text = describeOwner(owner, scope);
  if (ownership === "foreign") return `Service ${service} belongs to ${text}, not to the project ${scope.project}.`;
  return `Service ${service} of this project belongs to ${text}.`;
}

/**
 * The ownership labels that will change: if the app moved between files of this run, or with `takeOwnership`, if they
 * name another file or directory.
 */
function ownerChanges(
  { labels }: ServiceStatus,
  { app }: CheckedApp,
  { scope, takeOwnership }: PlanContext,
): FieldChange[] {
  const wanted = fileLabels(scope, app.file);
  const hasMoved =
    labels[FILE_LABEL] !== undefined && wanted[FILE_LABEL] !== undefined && labels[FILE_LABEL] !== wanted[FILE_LABEL];
  if (!hasMoved && !takeOwnership) return [];
  return [DIRECTORY_LABEL, FILE_LABEL]
    .filter((label) => labels[label] !== wanted[label])
    .map((label) => ({
      path: `labels.${label}`,
      ...(labels[label] !== undefined && { from: labels[label] }),
      ...(wanted[label] !== undefined && { to: wanted[label] }),
    }));
}

/** The reason for an update that changes only the owner; undefined if anything else differs, too. */
function ownerChangeReason(
  moves: readonly FieldChange[],
  { differs }: Difference,
  { strategy }: PlanContext,
): string | undefined {
  if (moves.length === 0 || differs) return undefined;
  const restart = strategy.manifest.relabelsInPlace
    ? "no container restarts"
    : `its containers are replaced, because the platform ${strategy.manifest.name} can't change labels in place`;
  return `The owner changes; ${restart}.`;
}
