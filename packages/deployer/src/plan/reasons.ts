import {
  type NormalizedRequest,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type Resource,
  type ServiceSettings,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import type { CheckedApp, CheckedProject } from "../check/check-project.js";
import { FORMAT_LABEL } from "../model/labels.js";
import type { DesiredApp } from "../model/project.js";

/**
 * Why a service that is as it was asked to be has to be brought up again: a change of it was cut off, or none of it runs
 * though it should, as after somebody stopped it. Undefined: it runs, or is on its way, or is not meant to run (any more).
 */
export function whyAgain(status: ServiceStatus, { mode, restart }: NormalizedRequest): string | undefined {
  const { state, replicas, instances, unfinished } = status;
  if (unfinished) return "A deploy or update of it was cut off.";
  if (replicas.running > 0 || state === "running" || state === "pending") return undefined;
  // A process whose health is known runs, however ill.
  if (instances.some(({ health }) => health !== undefined)) return undefined;
  if (state === "failed") return "It does not run: it has failed.";
  if (state === "completed") return endsForGood({ mode, restart }) ? undefined : "It does not run: it has ended.";
  // Stopped, which may be just what is asked for: no replicas, or no node that fits.
  const replicated = mode === undefined || "Replicated" in mode;
  return replicated && mode?.Replicated.Replicas !== 0 ? "It does not run: it was stopped." : undefined;
}

const endsForGood = ({ mode, restart }: Pick<NormalizedRequest, "mode" | "restart">): boolean =>
  (restart !== undefined && restart.Condition !== "any") ||
  (mode !== undefined && ("ReplicatedJob" in mode || "GlobalJob" in mode));

/** The version of services that have no label: releases of that time wrote none. */
const FIRST_FORMAT = 1;

/**
 * Why a service may differ from its file though the file is the same: another release of this tool made the request by
 * other rules. Undefined: the rules are the same, or the request was not made from a file.
 */
export function releaseReason(labels: Readonly<Record<string, string>>, { format }: DesiredApp): string | undefined {
  if (format === undefined) return undefined;
  const deployed = Number(labels[FORMAT_LABEL] ?? FIRST_FORMAT);
  if (deployed === format) return undefined;
  return `It was deployed by ${deployed < format ? "an earlier" : "a later"} release of ofdeploy, which set other variables and labels.`;
}

/**
 * Why a service that runs is not attached to a network that its app asks for: the network was removed, or removed and
 * created again under the same name. Undefined: it is attached to all of them, as far as the platform tells.
 */
export function staleNetwork(
  { networks, replicas }: ServiceStatus,
  { request }: CheckedApp,
  listed: readonly Resource[] | undefined,
  { resources }: CheckedProject,
): string | undefined {
  if (networks === undefined || listed === undefined || replicas.running === 0) return undefined;
  const attached = new Set(networks.map(({ id }) => id));
  for (const name of request.networks ?? []) {
    const present = listed.filter((resource) => resource.kind === "network" && resource.name === name);
    if (present.some(({ id }) => attached.has(id))) continue;
    const isDeclared = resources.some(({ spec }) => spec.kind === "network" && spec.name === name);
    if (present.length === 0 && !isDeclared) continue;
    if (present.length === 0) return `The network ${name} that it was attached to was removed.`;
    const wasAttached = networks.some((network) => network.name === name || network.name === undefined);
    return wasAttached
      ? `The network ${name} was removed and created again, and it is attached to the earlier one.`
      : `It is no longer attached to the network ${name}.`;
  }
  return undefined;
}

/**
 * The names of the running instances that a change restarts because their variable that holds the number of replicas
 * changes: none otherwise. One inspection where the listing did not hold the instances.
 */
export async function restartsOf(
  strategy: OpenFactoryServiceDeploymentStrategy,
  before: ServiceStatus,
  after: ServiceSettings | undefined,
  options: OperationOptions = {},
): Promise<readonly string[]> {
  const variable = strategy.manifest.replicaVariables?.replicas;
  if (variable === undefined || before.replicas.running === 0) return [];
  const [from, to] = [valueOf(variable, before.settings), valueOf(variable, after)];
  if (from === undefined || to === undefined || from === to) return [];
  const needsInstances = before.instances.length === 0 && supports(strategy, "inspect");
  const { instances } = needsInstances ? await strategy.inspect(before.name, options) : before;
  return instances.filter(({ state }) => state === "running").map(({ name }) => name);
}

const valueOf = (variable: string, settings: ServiceSettings | undefined): string | undefined =>
  settings?.env.find((entry) => entry.startsWith(`${variable}=`))?.slice(variable.length + 1);
