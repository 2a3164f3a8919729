import { randomBytes } from "node:crypto";
import type { DeployRequest } from "@openfactory/deploy-core";
import { createEngine } from "@openfactory/docker-engine";
import { TEST_LABELS } from "@openfactory/docker-probes";
import { RawEngine, TEST_ENTRYPOINT_IMAGE, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";

const run = `settings-${randomBytes(3).toString("hex")}`;
const SECOND = 1e9;
const MEBIBYTE = 2 ** 20;

/** Parts of requests that an engine may store in another form. */
const parts: [string, Partial<DeployRequest>][] = [
  ["nothing", {}],
  ["env", { env: ["Z=1", "A=b=c", "EMPTY=", "IMAGE_VARIABLE=other"] }],
  ["env of the image", { env: ["PATH=/bin", "A=1"] }],
  ["labels", { labels: { "org.example.a": "1", b: "" } }],
  ["command and args", { command: ["sh", "-c"], args: ["sleep 1000", ""] }],
  ["args alone", { image: TEST_ENTRYPOINT_IMAGE, args: ["one", "two"] }],
  ["the image's own args", { image: TEST_ENTRYPOINT_IMAGE, args: ["of", "the", "image"] }],
  ["the image's own entrypoint", { image: TEST_ENTRYPOINT_IMAGE, command: ["/bin/entrypoint"] }],
  ["user", { user: "1234:2345" }],
  ["hostname", { hostname: "settings-host" }],
  [
    "ports",
    {
      ports: [{ target: 80 }, { target: 53, protocol: "udp", hostAddress: "127.0.0.1" }, { target: 81, mode: "host" }],
    },
  ],
  ["networks", { networks: [`${run}-b`, `${run}-a`] }],
  ["limits", { resources: { Limits: { NanoCPUs: 5e8, MemoryBytes: 64 * MEBIBYTE, Pids: 50 } } }],
  ["reservations", { resources: { Reservations: { MemoryBytes: 32 * MEBIBYTE, NanoCPUs: 1e8 } } }],
  ["openFiles", { openFiles: 1234 }],
  ["mode", { mode: { Replicated: { Replicas: 3 } } }],
  [
    "mounts",
    {
      mounts: [
        { Type: "tmpfs", Target: "/scratch", TmpfsOptions: { SizeBytes: MEBIBYTE, Mode: 0o1770 } },
        { Type: "BIND", Source: "/etc", Target: "/host", ReadOnly: true, BindOptions: { Propagation: "private" } },
        {
          Source: `${run}-v`,
          Target: "/data/",
          VolumeOptions: {
            NoCopy: true,
            Labels: TEST_LABELS,
            DriverConfig: { Name: "local", Options: { type: "tmpfs", device: "tmpfs", o: "size=1m" } },
          },
        },
        { Target: "/nameless" },
      ],
    },
  ],
  ["healthcheck", { healthcheck: { Test: "exit 0" } }],
  [
    "healthcheck with times",
    {
      healthcheck: {
        Test: ["CMD", "true"],
        Interval: 2 * SECOND,
        Timeout: 30 * SECOND,
        Retries: 3,
        StartPeriod: 5 * SECOND,
      },
    },
  ],
  ["healthcheck: none", { healthcheck: { Test: ["NONE"] } }],
  ["restart: any", { restart: { Condition: "any", Delay: SECOND } }],
  ["restart: none", { restart: { Condition: "none" } }],
  ["restart: on failure", { restart: { Condition: "on-failure", MaxAttempts: 3 } }],
  ["stopGracePeriod", { stopGracePeriod: 2.5 * SECOND }],
  ["stopGracePeriod of ten seconds", { stopGracePeriod: 10 * SECOND }],
  ["init", { init: true }],
  ["no init", { init: false }],
  ["readOnly", { readOnly: true }],
  ["capabilities", { capAdd: ["SYS_PTRACE", "cap_net_admin"], capDrop: ["ALL"] }],
  [
    "devices, names, kernel and log",
    {
      devices: ["/dev/zero:/dev/z:r", "/dev/null"],
      groupAdd: ["3456", "2345"],
      extraHosts: ["b:192.0.2.1", "a=host-gateway"],
      dns: { servers: ["192.0.2.53"], options: ["ndots:2"] },
      sysctls: { "net.core.somaxconn": 99 },
      shmSize: 64 * MEBIBYTE,
      logging: { options: { "max-size": "1m" } },
    },
  ],
  [
    "the process's directory, terminal and signal",
    { workingDir: "/etc/", tty: true, openStdin: true, stopSignal: "2" },
  ],
  ["the engine's own directory and signal", { workingDir: "/", stopSignal: "SIGTERM" }],
  ["swarm-only fields", { constraints: ["node.role == worker"], updateConfig: { Parallelism: 2 } }],
];

/** Tests that the settings of a deployed service are those that settingsOf() returned before. */
export function settingsReadBack(engineAt: () => Promise<{ host: string; close(): Promise<void> }>): void {
  let raw: RawEngine;
  let strategy: LocalDockerDeploymentStrategy;
  let close: () => Promise<void>;
  const name = `${run}-s`;

  beforeAll(async () => {
    const engine = await engineAt();
    close = engine.close;
    raw = new RawEngine(engine.host);
    strategy = new LocalDockerDeploymentStrategy(createEngine({ host: engine.host }));
    for (const end of ["a", "b"])
      await raw.call("POST", "/networks/create", { Name: `${run}-${end}`, Labels: TEST_LABELS });
  });
  afterEach(() => raw.request("DELETE", `/containers/${name}?force=true&v=true`));
  afterAll(async () => {
    for (const path of [`/networks/${run}-a`, `/networks/${run}-b`, `/volumes/${run}-v`])
      await raw.request("DELETE", path);
    await strategy.close();
    await close();
  });

  test.each(parts)("%s", async (_, part) => {
    const request = {
      name,
      image: TEST_IMAGE,
      command: ["sleep", "1000"],
      ...part,
      labels: { ...TEST_LABELS, ...part.labels },
    };
    if (part.image === TEST_ENTRYPOINT_IMAGE && part.command === undefined) delete (request as DeployRequest).command;
    const expected = await strategy.settingsOf(request);
    await strategy.deploy(request);
    const { settings } = await strategy.inspect(name);
    expect(settings).toStrictEqual(expected);
    const [listed] = (await strategy.list({ settings: true })).filter((service) => service.name === name);
    expect(listed?.settings).toStrictEqual(expected);
  });
}
