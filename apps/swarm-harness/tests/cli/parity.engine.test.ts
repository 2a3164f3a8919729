import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  expectedFactory,
  FACTORY,
  factoryVariables,
  type FactoryValues,
  foreignLabels,
  NFS_VOLUMES,
  unlessZero,
} from "./support/factory.js";
import { callOfdeploy } from "./support/call-ofdeploy.js";

let engine: RawEngine;
let values: FactoryValues;
let imageEnv: string[];

beforeAll(async () => {
  engine = new RawEngine(process.env["DOCKER_HOST"] ?? "");
  values = {
    isDev: false,
    port: await freePort(),
    agentPort: await freePort(),
    data: await mkdtemp(join(tmpdir(), "of-parity-")),
  };
  imageEnv = (await engine.call("GET", `/images/${TEST_IMAGE}/json`)).Config.Env;
  const Labels = { "org.openfactory.deploy.test": "1" };
  await engine.call("POST", "/networks/create", { Name: "parity-net", CheckDuplicate: true, Labels });
  // The test has no NFS server. Docker mounts an existing volume unchanged, so plain volumes of the same names are created
  // before. The containers still have the requested driver and options.
  for (const Name of NFS_VOLUMES) await engine.call("POST", "/volumes/create", { Name, Labels });
});
afterEach(() => ofdeploy("down", values));
afterAll(async () => {
  await engine.request("DELETE", "/networks/parity-net");
  for (const name of NFS_VOLUMES) await engine.request("DELETE", `/volumes/${name}`);
  await rm(values.data, { recursive: true, force: true });
});

const ofdeploy = (command: string, given: FactoryValues, ...words: string[]) =>
  callOfdeploy([command, ...words, "--file", FACTORY, "--platform", "docker"], factoryVariables(given));

interface Binding {
  HostPort: string;
}

/** The properties of a container, in the format of ExpectedService. */
async function deployed(name: string): Promise<object> {
  const { Config, HostConfig, NetworkSettings } = await engine.call("GET", `/containers/${name}/json`);
  const env = (Config.Env as string[]).filter((entry) => !imageEnv.includes(entry));
  const mounts = (HostConfig.Mounts ?? []) as {
    Type: string;
    Source: string;
    Target: string;
    VolumeOptions?: { DriverConfig: object };
  }[];
  const ports = Object.entries((HostConfig.PortBindings ?? {}) as Record<string, Binding[]>);
  return {
    image: Config.Image,
    user: Config.User || undefined,
    env: env.filter((entry) => !entry.startsWith("AGENT_CFG_FILE=")).sort(),
    labels: foreignLabels(Config.Labels),
    mounts: mounts.map(({ Type, Source, Target, VolumeOptions: volume }) => ({
      Type,
      Source,
      Target,
      ...(volume && { VolumeOptions: { DriverConfig: volume.DriverConfig } }),
    })),
    networks: Object.keys(NetworkSettings.Networks),
    ports: Object.fromEntries(ports.map(([target, [binding]]) => [binding?.HostPort, Number.parseInt(target, 10)])),
    limits: unlessZero({ cpus: HostConfig.NanoCpus, memory: HostConfig.Memory }),
    reservations: unlessZero({ memory: HostConfig.MemoryReservation }),
    openFiles: (HostConfig.Ulimits ?? []).find(({ Name }: { Name: string }) => Name === "nofile"),
  };
}

test.each([
  ["the default environment", false],
  ["OPENFACTORY_ENV=dev", true],
])("the containers match OpenFactory's deployment, in %s", async (_, isDev) => {
  const given = { ...values, isDev };
  // The preflight check would reject the plain volumes.
  const up = await ofdeploy("up", given, "--no-wait", "--no-preflight");
  expect(up, up.stderr).toMatchObject({ code: 0 });

  for (const [name, { constraints: _constraints, replicas: _replicas, isApp: _isApp, ...expected }] of Object.entries(
    expectedFactory(given),
  )) {
    const {
      openFiles,
      env,
      mounts = [],
      networks,
      ports = {},
      limits = {},
      reservations: { memory } = {},
      ...same
    } = expected;
    expect(await deployed(name), name).toEqual({
      ...same,
      env: env.toSorted(),
      mounts,
      // A container without networks is on Docker's default network.
      networks: networks.length === 0 ? ["bridge"] : networks,
      ports,
      limits,
      // The platform docker reserves no CPUs, and warns of it.
      reservations: unlessZero({ memory }),
      openFiles: openFiles && { Name: "nofile", Soft: openFiles, Hard: openFiles },
    });
  }
  const { Config } = await engine.call("GET", "/containers/parity-furnace-agent/json");
  expect(Config.Env.find((entry: string) => entry.startsWith("AGENT_CFG_FILE="))).toContain(
    "Host = parity-furnace-adapter",
  );
  // The agent restarts, because the image has no mtcagent.
  expect(up.stderr).not.toContain("did not publish");
  // The default reservation is not in the file, so there is no warning.
  expect(up.stderr).not.toContain("furnace-agent: resources");
  expect(up.stderr).toContain("press: constraints: A single engine has no nodes to choose from");
});
