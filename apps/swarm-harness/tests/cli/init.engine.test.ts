import { randomBytes } from "node:crypto";
import { freePort, hasCommand, RawEngine, runCommand, TEST_IMAGE, TEST_LABEL } from "@openfactory/test-engine";
import { afterAll, expect, test } from "vitest";
import { checkInitFromRunning } from "./support/check-init.js";

const host = process.env["DOCKER_HOST"] ?? "";
const engine = new RawEngine(host);
const id = `init-${randomBytes(3).toString("hex")}`;
afterAll(async () => {
  for (const name of [id, `${id}-db`, `${id}-db.previous`, `${id}.previous`])
    await engine.request("DELETE", `/containers/${name}?force=true&v=true`);
  await engine.request("DELETE", `/volumes/${id}`);
  await engine.request("DELETE", `/networks/${id}`);
});

const docker = async (...args: string[]): Promise<void> => {
  const ran = await runCommand("docker", args, { env: { DOCKER_HOST: host } });
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
};

test("init describes containers of `docker run`, and adopting them changes only what it lists", async (context) => {
  if (!(await hasCommand("docker"))) context.skip("there is no docker command on this machine");
  const [first, second] = [await freePort(), await freePort()];
  await docker("network", "create", "--label", TEST_LABEL, id);
  const flags = [
    `--network ${id} --network-alias www --publish 127.0.0.1:${first}:8080 --publish ${second}:53/udp --expose 99`,
    "--env DB_PASSWORD=hunter2-x --env LEVEL=info --env DB_URL=postgres://ada:sw0rd-y@db/x --label team=plant",
    `--volume ${id}:/data --volume /tmp:/host:ro --volume /anonymous --tmpfs /scratch:size=1m,mode=1777,exec`,
    "--memory 64m --cpus 0.5 --pids-limit 50 --ulimit nofile=1024:1024 --ulimit nproc=100 --cpu-shares 512",
    "--restart on-failure:3 --user 1000:1000 --workdir /tmp --hostname web-host --init --read-only --group-add 20",
    "--cap-add NET_ADMIN --cap-drop MKNOD --device /dev/null:/dev/xnull --add-host db:10.0.0.1 --dns 1.1.1.1",
    "--sysctl net.ipv4.ip_unprivileged_port_start=80 --shm-size 128m --log-opt max-size=10m --stop-timeout 1",
    "--health-cmd true --health-interval 1s --stop-signal SIGKILL --pid host --security-opt no-new-privileges",
  ];
  const words = flags.join(" ").split(" ");
  await docker(
    "run",
    "--detach",
    "--name",
    id,
    "--label",
    TEST_LABEL,
    ...words,
    "--env",
    "COST=5$ ${x}",
    TEST_IMAGE,
    "sleep",
    "600",
  );
  const script = "sleep 600 || exec server --password hunter3-z";
  await docker(
    "run",
    "--detach",
    "--name",
    `${id}-db`,
    "--label",
    TEST_LABEL,
    "--stop-timeout",
    "0",
    TEST_IMAGE,
    "sh",
    "-c",
    script,
  );
  await checkInitFromRunning(["--platform", "docker", "--host", host], [id, `${id}-db`], {
    variables: {
      DB_PASSWORD: "hunter2-x",
      DB_URL: "postgres://ada:sw0rd-y@db/x",
      [`${id}-db_args_2`.toUpperCase().replaceAll("-", "_")]: script,
    },
    missing: [
      "Config.Volumes: /anonymous, an anonymous volume",
      "Config.ExposedPorts: 99/tcp, not published",
      "HostConfig.PidMode: host",
      "HostConfig.CpuShares: 512",
      "HostConfig.SecurityOpt: no-new-privileges",
      "HostConfig.Ulimits: nproc=100:100",
      "HostConfig.Tmpfs: the option exec of /scratch",
    ],
    keepsMissing: false,
  });
});
