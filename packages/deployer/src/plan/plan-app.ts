import {
  type NormalizedRequest,
  type OpenFactoryServiceDeploymentStrategy,
  type ServiceSettings,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import type { CheckedApp } from "../check/check-project.js";
import { DIRECTORY_LABEL, FILE_LABEL, type Owner, ownerOf } from "../model/labels.js";
import { fileLabels, type Ownership, ownershipOf, ownerText, type Scope } from "../model/ownership.js";
import type { FieldChange, PlannedApp } from "../model/plan.js";
import { observeOne, withoutSettings } from "../observe/observe.js";
import { compareSettings, isAsDeployed } from "./compare-settings.js";
import { releaseReason, restartsOf, whyAgain } from "./reasons.js";

/** What the plans of all apps of a project share. */
export interface PlanContext {
  readonly strategy: OpenFactoryServiceDeploymentStrategy;
  readonly scope: Scope;
  readonly adopt: ReadonlySet<string>;
  readonly takeOwnership: boolean;
  /** Why the service has to be connected again to its networks: see {@link staleNetwork}; undefined: it has not. */
  readonly stale: (status: ServiceStatus, app: CheckedApp) => string | undefined;
  readonly showEnv: boolean;
  readonly signal?: AbortSignal;
}

/** What is to become of an app. */
interface AppPlan {
  readonly planned: PlannedApp;
  /** How it is now: with its settings, where it is to be changed and they can be told. */
  readonly before?: ServiceStatus;
  /** The settings it is to have, where they had to be known. */
  readonly after?: ServiceSettings;
}

/** Compares an app with what is there by its service's name. Asks the engine for what the listing did not tell. */
export async function planApp(
  checked: CheckedApp,
  listed: ServiceStatus | undefined,
  context: PlanContext,
): Promise<AppPlan> {
  const { key, service, location } = checked.app;
  const plan = (action: PlannedApp["action"], more: Partial<PlannedApp> = {}, before?: ServiceStatus): AppPlan => ({
    planned: {
      app: key,
      service,
      action,
      changes: [],
      ...more,
      ...(before && { status: withoutSettings(before) }),
      warnings: checked.warnings,
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
    return plan("conflict", { ...(owner && { owner }), reason: whose(service, owner, ownership, scope) }, listed);
  }

  const isSame = isOurs && owner?.request === checked.hash;
  const moves = isOurs ? ownerChanges(listed, checked, context) : [];
  const again = isOurs ? (whyAgain(listed, checked.request) ?? context.stale(listed, checked)) : undefined;
  if (isSame && moves.length === 0 && again === undefined && isKnownSame(listed, checked, context))
    return plan("unchanged", {}, listed);
  const before = await withSettings(listed, context);
  // It has gone since it was listed.
  if (before === undefined) return plan("create");
  const difference = await compare(checked, before, { ...context, isSame });
  const { to: after } = difference;
  if (!isOurs) return { ...plan(...adoption(service, owner, difference, context), before), after };
  if (!difference.differs && again === undefined && moves.length === 0) return plan("unchanged", {}, before);
  const changes = [...difference.changes, ...moves].sort((a, b) => (a.path < b.path ? -1 : 1));
  const obstacle = whyReplace(difference, context);
  const release = difference.differs ? releaseReason(listed.labels, checked.app) : undefined;
  const reason = [obstacle ?? again ?? whyMoved(moves, difference, context), release]
    .filter((sentence) => sentence !== undefined)
    .join(" ");
  const drifted = isSame && difference.differs;
  const restarts = await restartsOf(context.strategy, before, after, { signal: context.signal });
  const more = {
    changes,
    ...(drifted && { drifted }),
    ...(reason && { reason }),
    ...(restarts.length > 0 && { restarts }),
  };
  return { ...plan(obstacle === undefined ? "update" : "replace", more, before), after };
}

/** Whether nobody has changed a service that was made from just this request, as far as it tells. */
function isKnownSame(status: ServiceStatus, { request }: CheckedApp, { strategy }: PlanContext): boolean {
  // Without settings the hash decides, and the number of replicas, which every status has.
  if (status.settings === undefined) return !strategy.manifest.honours.includes("mode") || hasReplicas(status, request);
  // Whether the digest is still the newest is for the registry to say.
  if (request.imagePullPolicy === "always" && !request.image.includes("@")) return false;
  return isAsDeployed(status, request);
}

/** Whether as many replicas are wanted of a service as its request says, where that says a number. */
function hasReplicas(
  { replicas }: ServiceStatus,
  { mode = { Replicated: { Replicas: 1 } } }: NormalizedRequest,
): boolean {
  return !("Replicated" in mode) || replicas.desired === mode.Replicated.Replicas;
}

/** The service with its settings, where they can be told. */
const withSettings = async (
  listed: ServiceStatus,
  { strategy, signal }: PlanContext,
): Promise<ServiceStatus | undefined> =>
  listed.settings === undefined && supports(strategy, "settings")
    ? observeOne(strategy, listed.name, { signal })
    : listed;

interface Difference {
  differs: boolean;
  changes: readonly FieldChange[];
  /** Where they are known. */
  from?: ServiceSettings;
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

/** Why it has to be made anew; undefined: it can be changed in place. */
function whyReplace({ from, to }: Difference, { strategy }: PlanContext): string | undefined {
  const { name, needsReplacement } = strategy.manifest;
  if (!supports(strategy, "update")) return `The platform ${name} can't change a service in place.`;
  const why = from && to && needsReplacement?.(from, to);
  return why === undefined ? undefined : `${why}.`;
}

function adoption(
  service: string,
  owner: Owner | undefined,
  difference: Difference,
  context: PlanContext,
): [PlannedApp["action"], Partial<PlannedApp>] {
  const { changes } = difference;
  const obstacle = whyReplace(difference, context);
  const from =
    owner === undefined ? "Not managed by ofdeploy yet." : `It belongs to ${ownerText(owner, context.scope)} so far.`;
  if (obstacle === undefined) return ["adopt", { changes, ...(owner && { owner }), reason: from }];
  const reason = `The service ${service} can't be taken over as it runs: ${obstacle}`;
  return ["conflict", { changes, ...(owner && { owner }), reason }];
}

function whose(service: string, owner: Owner | undefined, ownership: Ownership, scope: Scope): string {
  if (owner === undefined)
    return `A service ${service} exists already, and it does not carry the labels of this project.`;
  const text = ownerText(owner, scope);
  if (ownership === "foreign") return `The service ${service} belongs to ${text}, and this is ${scope.project}.`;
  return `The service ${service} of this project belongs to ${text}.`;
}

/**
 * The ownership labels that change: where the app has moved between files of this run, and with `takeOwnership` wherever
 * they are not this file's.
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

/** Why a service changes that differs in nothing but its owner; undefined: something else differs, too. */
function whyMoved(
  moves: readonly FieldChange[],
  { differs }: Difference,
  { strategy }: PlanContext,
): string | undefined {
  if (moves.length === 0 || differs) return undefined;
  const restart = strategy.manifest.relabelsInPlace
    ? "nothing of it restarts"
    : `the platform ${strategy.manifest.name} starts it in new containers, because it can't change labels in place`;
  return `Its owner changes; ${restart}.`;
}
