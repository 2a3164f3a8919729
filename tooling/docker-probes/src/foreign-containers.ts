import type { ForeignWorkload } from "@openfactory/strategy-contract-tests";
import { type RawEngine, TEST_IMAGE } from "@openfactory/test-engine";

type Labels = (name: string) => Readonly<Record<string, string>>;

/** The labels of containers of orchestrators, by the name of the orchestrator. */
const ORCHESTRATORS: Readonly<Record<string, Labels>> = {
  "Docker Swarm": (name) => ({
    "com.docker.swarm.node.id": "n1",
    "com.docker.swarm.service.id": "s1",
    "com.docker.swarm.service.name": name,
    "com.docker.swarm.task": "",
    "com.docker.swarm.task.id": "t1",
    "com.docker.swarm.task.name": `${name}.1.t1`,
  }),
  "Docker Compose": (name) => ({
    "com.docker.compose.project": "shop",
    "com.docker.compose.service": name,
    "com.docker.compose.oneoff": "False",
  }),
  Kubernetes: (name) => ({
    "io.kubernetes.pod.name": name,
    "io.kubernetes.pod.namespace": "default",
    "io.kubernetes.container.name": name,
  }),
  Podman: (name) => ({ "io.podman.compose.project": "shop", PODMAN_SYSTEMD_UNIT: `${name}.service` }),
  Nomad: (name) => ({ "com.hashicorp.nomad.alloc_id": "a1", "com.hashicorp.nomad.job_name": name }),
};

/** Creates containers as other orchestrators do. */
export const foreignContainers = (
  engine: RawEngine,
): Record<string, (workload: ForeignWorkload) => Promise<() => Promise<unknown>>> =>
  Object.fromEntries(
    Object.entries(ORCHESTRATORS).map(([kind, labels]) => [
      kind,
      (workload) => createContainer(engine, labels, workload),
    ]),
  );

async function createContainer(
  engine: RawEngine,
  labelsOf: Labels,
  { name, labels, ended, port }: ForeignWorkload,
): Promise<() => Promise<unknown>> {
  const { Id } = await engine.call("POST", `/containers/create?name=${name}`, {
    Image: TEST_IMAGE,
    Cmd: ended ? ["true"] : ["sh", "-c", "trap 'exit 0' TERM; sleep 3600 & wait $!"],
    Labels: { ...labels, ...labelsOf(name) },
    ExposedPorts: { "80/tcp": {} },
    HostConfig: { PortBindings: port === undefined ? {} : { "80/tcp": [{ HostPort: String(port) }] } },
  });
  await engine.call("POST", `/containers/${Id}/start`);
  if (ended) await engine.call("POST", `/containers/${Id}/wait`);
  return async () => {
    const { status, body } = await engine.request("GET", `/containers/${Id}/json`);
    if (status !== 200) return undefined;
    const { Running, Pid, ExitCode, StartedAt } = body.State;
    return {
      name: body.Name,
      state: { Running, Pid, ExitCode, StartedAt },
      labels: body.Config.Labels,
      restart: body.HostConfig.RestartPolicy,
    };
  };
}
