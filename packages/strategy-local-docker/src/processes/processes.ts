import { DeploymentError, type OperationOptions, type ProcessChange, throwIfAborted } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";
import { RESTART_LABEL } from "@openfactory/docker-translators";
import { type InspectedContainer, RESTARTING_POLICIES } from "../containers/group.js";
import { DEFAULT_RESTART_POLICY, parseRestartPolicy } from "../containers/names.js";
import { restartContainer, startStopped, stopContainer } from "../containers/operations.js";
import { recoverService } from "../containers/recovery.js";
import { imageLookup } from "../deploy/images.js";
import { explainStartError } from "../deploy/start-error.js";
import { readSettings } from "../settings.js";

type Step = "restart" | "stop" | "start";

/** Restarts the containers of a service, and starts those that do not run. */
export const restartService = (
  engine: DockerEngine,
  service: string,
  options: OperationOptions,
): Promise<ProcessChange> =>
  changeProcesses(engine, service, options, {
    step: "restart",
    concerns: ({ placeholder }) => !placeholder,
    change: (container) =>
      container.active
        ? restartContainer(engine, container.details, options)
        : startStopped(engine, container, options),
  });

export const stopService = (engine: DockerEngine, service: string, options: OperationOptions): Promise<ProcessChange> =>
  changeProcesses(engine, service, options, {
    step: "stop",
    concerns: ({ active }) => active,
    async change(container) {
      await markAsStopped(engine, service, container);
      await stopContainer(engine, container.details, options);
    },
  });

export const startService = (
  engine: DockerEngine,
  service: string,
  options: OperationOptions,
): Promise<ProcessChange> =>
  changeProcesses(engine, service, options, {
    step: "start",
    concerns: ({ stopped }) => stopped,
    change: (container) => startStopped(engine, container, options),
  });

interface Change {
  step: Step;
  concerns(container: InspectedContainer): boolean;
  change(container: InspectedContainer): Promise<void>;
}

/** Changes all containers of a service at the same time. @throws DeploymentError as {@link explainStartError}. */
async function changeProcesses(
  engine: DockerEngine,
  service: string,
  { signal, observer }: OperationOptions,
  { step, concerns, change }: Change,
): Promise<ProcessChange> {
  throwIfAborted(signal, { service });
  const { current } = await recoverService(engine, service, { signal });
  const containers = current.filter(concerns);
  for (const { id } of containers) observer?.({ type: "step", service, step, id });
  throwIfAborted(signal, { service });
  const results = await Promise.allSettled(containers.map(change));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) {
    const all = containers.map(({ details }) => details);
    const settings = await readSettings(service, all, imageLookup(engine));
    throw explainStartError(engine, { ...settings, name: service }, failed.reason);
  }
  return { name: service, changed: containers.length > 0, warnings: [] };
}

/**
 * With the policies `no` and `on-failure`, a stopped container looks like one that has ended, and `start` would leave it as it
 * is. It gets another policy, and its label keeps its own.
 * @throws DeploymentError `UNSUPPORTED` without that label, for a container of an earlier release or another tool; and if the
 * engine can't change the policy.
 */
async function markAsStopped(
  engine: DockerEngine,
  service: string,
  { id, details, currentPolicy }: InspectedContainer,
): Promise<void> {
  if (RESTARTING_POLICIES.has(currentPolicy)) return;
  if (details.Config.Labels[RESTART_LABEL] !== currentPolicy) {
    throw cannotStop(service, currentPolicy, "another release or tool created the container", {
      hint: "Run `ofdeploy down` and `ofdeploy up` to replace the container.",
    });
  }
  const { warnings } = await engine.containers.update(id, {
    RestartPolicy: parseRestartPolicy(DEFAULT_RESTART_POLICY),
  });
  if (warnings.length > 0) {
    throw cannotStop(service, currentPolicy, warnings.join(" ").replace(/\.$/, ""), {
      hint: "Use `ofdeploy down` and `ofdeploy up` instead, or update Podman.",
    });
  }
}

const cannotStop = (service: string, policy: string, reason: string, { hint }: { hint: string }): DeploymentError =>
  new DeploymentError(
    "UNSUPPORTED",
    `Service ${service} can't be stopped so that it can be started again: its restart policy is ${policy}, and ${reason}.`,
    { service, hint },
  );
