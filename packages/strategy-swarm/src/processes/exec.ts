import { DeploymentError, type ExecOptions, type ExecResult, selectInstance } from "@openfactory/deploy-core";
import { type DockerEngine, execInContainer, type TaskDetails } from "@openfactory/docker-engine";
import { observe } from "../observe/services.js";
import { taskName } from "../observe/status.js";
import { hostName, isActive, isRunning, newestFirst, type NodesById } from "../observe/tasks.js";

/** Runs a command in a task of a service. @throws DeploymentError see `CanExec.exec`. */
export async function execInService(
  engine: DockerEngine,
  serviceName: string,
  command: readonly string[],
  options: ExecOptions,
): Promise<ExecResult> {
  const { signal } = options;
  const [{ service, tasks, nodes }, { Swarm }] = await Promise.all([
    observe(engine, serviceName, { signal }),
    engine.info({ signal }),
  ]);
  const isHere = (task: TaskDetails): boolean => task.NodeID === Swarm.NodeID;
  const choices = tasks
    .filter(isActive)
    .sort((a, b) => (a.Slot ?? 0) - (b.Slot ?? 0) || newestFirst(a, b))
    .map((task, index) => ({
      id: task.ID,
      name: taskName(service.Spec.Name, task),
      number: task.Slot || index + 1,
      running: isRunning(task),
      task,
    }));
  const nearest = choices.toSorted((a, b) => Number(isHere(b.task)) - Number(isHere(a.task)));
  const { name, task } = selectInstance(serviceName, nearest, options.instance);
  if (!isHere(task)) throw onOtherNode(engine, name, task, nodes);
  const container = task.Status.ContainerStatus?.ContainerID ?? "";
  return { exitCode: await execInContainer(engine, container, command, options), instance: name };
}

/** Swarm has no call for it: an engine executes commands in its own containers only. */
function onOtherNode(engine: DockerEngine, name: string, task: TaskDetails, nodes: NodesById): DeploymentError {
  const node = hostName(nodes, task.NodeID ?? "");
  return new DeploymentError(
    "UNSUPPORTED",
    `Task ${name} runs on node ${node}, and the engine at ${engine.host} executes commands only on its own node.`,
    { hint: `Run \`docker -H ssh://${node} exec -it ${name}.${task.ID} COMMAND\`.` },
  );
}
