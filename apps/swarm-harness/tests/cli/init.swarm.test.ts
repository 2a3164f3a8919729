import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { hasCommand, runCommand, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkInitFromRunning } from "./support/check-init.js";

let swarm: Swarm;
beforeAll(async () => {
  swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
});
afterAll(() => swarm?.down());

test("init describes services of `docker service create`, and adopting them changes nothing", async (context) => {
  if (!(await hasCommand("docker"))) context.skip("there is no docker command on this machine");
  const host = swarm.nodes[0]!.host;
  const docker = async (args: string, input = ""): Promise<void> => {
    const ran = await runCommand("docker", args.split(" "), { env: { DOCKER_HOST: host }, input });
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
  };
  await docker("network create --driver overlay init-line");
  await docker("secret create init-tls -", "s3cret");
  await docker("config create init-conf -", "config");
  const flags = [
    "--network name=init-line,alias=pp --replicas 2 --env API_KEY=k-123456 --env NODE={{.Node.Hostname}} --label team=a",
    "--secret source=init-tls,target=/run/tls,mode=0400 --config source=init-conf,target=/etc/conf --user 1000 --hostname h",
    "--mount type=volume,source=init-vol,target=/v,volume-label=a=b --mount type=bind,source=/tmp,target=/t,readonly",
    "--mount type=tmpfs,target=/s,tmpfs-size=1000000 --limit-cpu 0.5 --limit-memory 64m --limit-pids 20 --reserve-memory 16m",
    "--constraint node.role==manager --replicas-max-per-node 3 --restart-condition on-failure --restart-delay 3s",
    "--restart-max-attempts 4 --update-order start-first --update-delay 2s --rollback-parallelism 2 --publish 18097:80",
    "--ulimit nofile=1024:1024 --ulimit nproc=10 --init --read-only --cap-add NET_ADMIN --dns 1.1.1.1 --host a:10.0.0.1",
    "--sysctl net.core.somaxconn=100 --log-driver json-file --log-opt max-size=1m --stop-grace-period 1s --workdir /tmp",
    "--health-cmd true --health-interval 4s --stop-signal SIGKILL --group 20 --entrypoint sleep --no-resolve-image --detach",
  ];
  await docker(`service create --name init-press ${flags.join(" ")} ${TEST_IMAGE} 600`);
  await docker(`service create --name init-all --mode global --no-resolve-image --detach ${TEST_IMAGE} sleep 600`);
  await checkInitFromRunning(["--platform", "swarm", "--host", host], ["init-press", "init-all"], {
    variables: { API_KEY: "k-123456" },
    missing: ["TaskTemplate.ContainerSpec.Ulimits: nproc=10:10", "TaskTemplate.Placement.MaxReplicas: 3"],
    keepsMissing: true,
  });
  await docker("network rm init-line");
  await docker("secret rm init-tls");
  await docker("config rm init-conf");
});
