import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadProject } from "@openfactory/app-file";
import { down, up } from "@openfactory/deployer";
import { type OpenFactoryServiceDeploymentStrategy, parseRequest, StrategyRegistry } from "@openfactory/deploy-core";
import { plugin } from "@openfactory/strategy-swarm";
import { createSwarm, type Swarm } from "@openfactory/swarm-harness";
import { type RawEngine, runInside, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DEVICE_ENV, deviceFile, makeDeviceImages } from "./support/device-images.js";

/** Without IPVS in the kernel, the routing mesh does not work, and ports are published on hosts. */
const HAS_MESH = existsSync("/proc/net/ip_vs");
const PORT = 21_001;

/** Tests that a device with this model deploys on a swarm. @param id prefix of its services. */
export function devicesOnSwarm(title: string, id: string, model: string): void {
  let swarm: Swarm;
  let manager: RawEngine;
  let strategy: OpenFactoryServiceDeploymentStrategy;
  let folder: string;

  beforeAll(async () => {
    swarm = await createSwarm({ nodes: 2, managers: 1, images: [TEST_IMAGE] });
    // Not on the host engine, where another file uses images of the same names.
    for (const node of swarm.nodes) await makeDeviceImages(node.api);
    manager = swarm.nodes[0]!.api;
    const registry = new StrategyRegistry();
    registry.register(plugin);
    strategy = await registry.create("swarm", { host: swarm.nodes[0]!.host });
    folder = await mkdtemp(join(tmpdir(), "devices-swarm-"));
    await writeFile(join(folder, ".env"), DEVICE_ENV);
  });
  afterAll(async () => {
    await strategy?.close();
    await swarm?.down();
    await rm(folder, { recursive: true, force: true });
  });

  const serviceNames = async (): Promise<string[]> =>
    ((await manager.call("GET", "/services")) as { Spec: { Name: string } }[]).map(({ Spec }) => Spec.Name).sort();

  /** The node and the container of a service's task. */
  async function taskOf(service: string) {
    const { ID } = await manager.call("GET", `/services/${service}`);
    const tasks: {
      ServiceID: string;
      NodeID: string;
      Status: { State: string; ContainerStatus: { ContainerID: string } };
    }[] = await manager.call("GET", "/tasks");
    const task = tasks.find(({ ServiceID, Status }) => ServiceID === ID && Status.State === "running");
    const { Description } = await manager.call("GET", `/nodes/${task?.NodeID}`);
    const node = swarm.nodes.find(({ name }) => name === Description.Hostname)!;
    return { node, container: task?.Status.ContainerStatus.ContainerID ?? "" };
  }

  /** The project of the file. Without a routing mesh, ports are published on the host of the task. */
  async function load(id: string, model: string) {
    const file = join(folder, "openfactory.yml");
    await writeFile(file, deviceFile(id, PORT).replace(`{name: ${id}-net}`, `{name: ${id}-net, driver: overlay}`));
    await writeFile(join(folder, "model.xml"), model);
    const project = await loadProject([file], { env: {} });
    if (HAS_MESH) return project;
    const apps = project.apps.map((app) => {
      const ports = parseRequest(app.request).ports?.map((port) => ({ ...port, mode: "host" as const }));
      return { ...app, request: { ...app.request, ...(ports && { ports }) } };
    });
    return { ...project, apps };
  }

  test(`up deploys and down removes an MTConnect device with a model ${title}`, async () => {
    // Before the time of the test is over, so that the report shows what an operation waits for.
    const signal = AbortSignal.timeout(200_000);
    const project = await load(id, model);
    const report = await up(strategy, project, { timeoutMs: 60_000, signal });
    expect(report.outcome, JSON.stringify(report.apps)).toBe("ok");
    expect(await serviceNames()).toEqual([`${id}-adapter`, `${id}-agent`, `${id}-producer`]);

    const agent = await taskOf(`${id}-agent`);
    const served = async (file: string) =>
      Buffer.from(await (await fetch(`http://${agent.node.address}:${PORT}/${file}`, { signal })).arrayBuffer());
    expect(await served("device.xml")).toEqual(Buffer.from(model));
    const config = (await served("agent.cfg")).toString();
    expect(config).toContain(`\n    Host = ${id}-adapter\n    Port = 7878\n`);
    const { Spec } = await manager.call("GET", `/services/${id}-agent`);
    // A model without backslashes and templates is passed unchanged.
    expect(Spec.TaskTemplate.ContainerSpec.Env).toContain(`AGENT_CFG_FILE=${config}`);

    const producer = await taskOf(`${id}-producer`);
    const inProducer = (...words: string[]) => runInside(producer.node.api, producer.container, words);
    const resolved = await inProducer("nslookup", `${id}-agent`, "127.0.0.11");
    expect(resolved, resolved.stdout).toMatchObject({ exitCode: 0 });
    const address = HAS_MESH ? `${id}-agent` : `tasks.${id}-agent`;
    const asked = await inProducer(
      "sh",
      "-c",
      `printf 'GET /agent.cfg HTTP/1.0\\r\\n\\r\\n' | nc -w 3 ${address} 5000`,
    );
    expect(asked.stdout).toContain("SchemaVersion = 2.2");

    expect((await up(strategy, project, { signal })).apps.map(({ outcome }) => outcome)).toEqual([
      "unchanged",
      "unchanged",
      "unchanged",
    ]);
    // Swarm stores both versions of a service in one message.
    const changed = {
      ...project,
      apps: project.apps.map((app) => ({
        ...app,
        request: { ...app.request, env: [...(app.request.env ?? []), "CHANGED=1"] },
      })),
    };
    const updated = await up(strategy, changed, { timeoutMs: 60_000, signal });
    expect(updated.outcome, JSON.stringify(updated.apps)).toBe("ok");
    const removed = await down(strategy, project, { signal });
    expect(removed.outcome, JSON.stringify(removed)).toBe("ok");
    expect(await serviceNames()).toEqual([]);
    const networks: { Name: string }[] = await manager.call("GET", "/networks");
    expect(networks.map(({ Name }) => Name)).not.toContain(`${id}-net`);
  });
}
