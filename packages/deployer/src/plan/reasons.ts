import {
  type NormalizedRequest,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type Resource,
  type ServiceSettings,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import type { CheckedProject } from "../check/check-project.js";
import type { CheckedApp } from "../check/check-requests.js";
import { FORMAT_LABEL, usesOf } from "../model/labels.js";
import type { DesiredApp } from "../model/project.js";
import { isDeployedFrom } from "../model/request-hash.js";
import { resourceId } from "../model/resources.js";

/**
 * Why a service with the desired settings must be restarted: an earlier change of it was interrupted, or none of its
 * replicas runs although it should, for example after a manual stop. Undefined if it runs, is starting, or must not run.
 */
export function restartReason(status: ServiceStatus, { mode, restart }: NormalizedRequest): string | undefined {
  const { state, replicas, instances, unfinished } = status;
  if (unfinished) return "An earlier deploy or update was interrupted.";
  if (replicas.running > 0 || state === "running" || state === "pending") return undefined;
  // A process with a health status runs, even if it is unhealthy.
  if (instances.some(({ health }) => health !== undefined)) return undefined;
  if (state === "failed") return "Not running: failed.";
  if (state === "completed") return isOneShot({ mode, restart }) ? undefined : "Not running: exited.";
  // Stopped can be the desired state: 0 replicas, or no eligible node.
  const replicated = mode === undefined || "Replicated" in mode;
  return replicated && mode?.Replicated.Replicas !== 0 ? "Not running: stopped." : undefined;
}

const isOneShot = ({ mode, restart }: Pick<NormalizedRequest, "mode" | "restart">): boolean =>
  (restart !== undefined && restart.Condition !== "any") ||
  (mode !== undefined && ("ReplicatedJob" in mode || "GlobalJob" in mode));

/** The version of services without the label: the first releases did not write it. */
const FIRST_FORMAT = 1;

/**
 * Why a service can differ from an unchanged file: another release of ofdeploy translated the file by other rules.
 * Undefined if the rules are the same, or the request does not come from a file.
 */
export function releaseReason(labels: Readonly<Record<string, string>>, { format }: DesiredApp): string | undefined {
  if (format === undefined) return undefined;
  const deployed = Number(labels[FORMAT_LABEL] ?? FIRST_FORMAT);
  if (deployed === format) return undefined;
  return `Deployed by ${deployed < format ? "an earlier" : "a later"} release of ofdeploy, which set other variables and labels.`;
}

/**
 * Why a running service is not attached to one of its networks: the network was removed, or removed and created again
 * with the same name. Undefined if it is attached to all networks, or the platform does not report them. A network that
 * the service has not used before is a change of its settings.
 */
export function staleNetworkReason(
  { networks, replicas, labels }: ServiceStatus,
  { request }: CheckedApp,
  listed: readonly Resource[] | undefined,
  { resources }: CheckedProject,
): string | undefined {
  if (networks === undefined || listed === undefined || replicas.running === 0) return undefined;
  const attached = new Set(networks.map(({ id }) => id));
  const isSame = isDeployedFrom(request, labels);
  for (const name of request.networks ?? []) {
    const present = listed.filter((resource) => resource.kind === "network" && resource.name === name);
    if (present.some(({ id }) => attached.has(id))) continue;
    const isDeclared = resources.some(({ spec }) => spec.kind === "network" && spec.name === name);
    if (present.length === 0 && !isDeclared) continue;
    const wasUsed = isSame || usesOf(labels).includes(resourceId({ kind: "network", name }));
    if (present.length === 0 && !wasUsed) continue;
    if (present.length === 0) return `Network ${name} was removed.`;
    const wasAttached = networks.some((network) => network.name === name || network.name === undefined);
    if (wasAttached)
      return `Network ${name} was removed and created again; the service is still attached to the old network.`;
    if (wasUsed) return `The service is no longer attached to the network ${name}.`;
  }
  return undefined;
}

/**
 * The names of the running instances that a change restarts because a variable with the number of replicas changes. Needs
 * one inspection if the listing did not contain the instances.
 */
export async function restartedInstances(
  strategy: OpenFactoryServiceDeploymentStrategy,
  before: ServiceStatus,
  after: ServiceSettings | undefined,
  options: OperationOptions = {},
): Promise<readonly string[]> {
  const variable = strategy.manifest.replicaVariables?.replicas;
  if (variable === undefined || before.replicas.running === 0) return [];
  const [from, to] = [envValue(variable, before.settings), envValue(variable, after)];
  if (from === undefined || to === undefined || from === to) return [];
  const needsInstances = before.instances.length === 0 && supports(strategy, "inspect");
  const { instances } = needsInstances ? await strategy.inspect(before.name, options) : before;
  return instances.filter(({ state }) => state === "running").map(({ name }) => name);
}

const envValue = (variable: string, settings: ServiceSettings | undefined): string | undefined =>
  settings?.env.find((entry) => entry.startsWith(`${variable}=`))?.slice(variable.length + 1);
