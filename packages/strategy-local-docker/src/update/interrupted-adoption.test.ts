import type { DeployRequest, ServiceStatus } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import { MemoryEngine } from "../../test/memory-engine.js";
import { LocalDockerDeploymentStrategy } from "../strategy.js";

const FAST = { settleMs: 0, timeoutMs: 60_000 };
const OURS = { owner: "ours" };
const ports = { PortBindings: { "80/tcp": [{ HostIp: "", HostPort: "8080" }] } };
const policy = { RestartPolicy: { Name: "always" } };

/** Creates a service that another owner has. */
type Original = (memory: MemoryEngine) => Promise<unknown>;

const byAnotherTool =
  (HostConfig: object, isStarted = true): Original =>
  async (memory) => {
    const { containers } = memory.engine();
    await containers.create("demo", { Image: "app:1", HostConfig } as never);
    if (isStarted) await containers.start("demo");
  };

const byAnotherProject =
  (request: Partial<DeployRequest>): Original =>
  async (memory) => {
    const strategy = new LocalDockerDeploymentStrategy(memory.engine());
    const deployed = { name: "demo", image: "app:0", labels: { owner: "other" }, ...request };
    await strategy.deploy(deployed);
    await strategy.update({ ...deployed, image: "app:1" }, FAST);
  };

interface Case {
  title: string;
  original: Original;
  request: DeployRequest;
  emulateReplicas?: boolean;
}

const plain: DeployRequest = { name: "demo", image: "app:2", labels: OURS };
const withPort: DeployRequest = { ...plain, ports: { 8080: 80 } };

const cases: Case[] = [
  { title: "start-first, of another tool", original: byAnotherTool(policy), request: plain },
  { title: "stop-first, of another tool", original: byAnotherTool({ ...ports, ...policy }), request: withPort },
  { title: "stop-first, a stopped one", original: byAnotherTool({ ...ports, ...policy }, false), request: withPort },
  { title: "start-first, of another project", original: byAnotherProject({}), request: plain },
  { title: "stop-first, of another project", original: byAnotherProject({ ports: { 8080: 80 } }), request: withPort },
  {
    title: "with replicas, of another tool",
    original: byAnotherTool(policy),
    request: { ...plain, env: ["APP_UUID=D"], mode: { Replicated: { Replicas: 2 } } },
    emulateReplicas: true,
  },
];

/** The process of the adoption ends after `last` calls. */
async function killed({ original, request, emulateReplicas = false }: Case, last: number) {
  const memory = new MemoryEngine();
  await original(memory);
  const fresh = () => new LocalDockerDeploymentStrategy(memory.engine(), { emulateReplicas });
  const before = memory.all();
  const start = memory.calls.length;
  memory.onCall = (index) => {
    if (index >= start + last) throw new Error("the process is gone");
  };
  const isDone = await fresh()
    .update(request, FAST)
    .then(
      () => true,
      () => false,
    );
  memory.onCall = () => undefined;
  return { memory, fresh, before, isDone };
}

/** What remains after `down`. Once the new version is the service, the version before the original may be gone. */
function remains(before: Record<string, string>, listed: ServiceStatus | undefined): Record<string, string> {
  if (listed?.labels["owner"] !== "ours") return before;
  if (listed.unfinishedVersion === undefined) return {};
  return Object.fromEntries(Object.entries(before).filter(([name]) => !name.includes(".previous")));
}

/** Only the service if it was ours: the version before it may still be there. */
const comparable = (all: Record<string, string>, listed: ServiceStatus | undefined): Record<string, string> =>
  listed?.labels["owner"] === "ours"
    ? Object.fromEntries(
        Object.entries(all).filter(([name, state]) => !(name.includes(".previous") && state.startsWith("app:0"))),
      )
    : all;

/** Removes what has our label, as `down` does. @returns false if a call failed. */
async function down(strategy: LocalDockerDeploymentStrategy): Promise<boolean> {
  try {
    const [service, ...more] = await strategy.list();
    expect(more).toEqual([]);
    if (service === undefined) return true;
    const version = service.unfinishedVersion;
    if (service.labels["owner"] === "ours")
      await strategy.remove(service.name, { restoreEarlier: version !== undefined });
    else if (version?.labels["owner"] === "ours") await strategy.remove(version.name);
    return true;
  } catch (error) {
    if ((error as Error).message === "the process is gone") return false;
    throw error;
  }
}

describe.each(cases)("adoption: $title", (each) => {
  test("if its process ends after any call, the original is unchanged after down, unless it was retired", async () => {
    for (let last = 0; ; last++) {
      const where = `after ${last} calls`;
      const { memory, fresh, before, isDone } = await killed(each, last);
      const [listed] = await fresh().list();
      const inspected = await fresh().inspect("demo");
      expect(inspected.unfinishedVersion?.ids, where).toEqual(listed?.unfinishedVersion?.ids);
      expect(await down(fresh()), where).toBe(true);
      expect(comparable(memory.all(), listed), where).toEqual(remains(before, listed));
      if (isDone) break;
    }
  });

  test("if the process of down ends after any call, too, the next down completes it", async () => {
    for (let last = 0; ; last++) {
      const { memory: left, before, isDone } = await killed(each, last);
      // Changes of several replicas repeat those of one container. `npm run test:all` sets EVERY_CALL.
      const step = each.emulateReplicas && process.env["EVERY_CALL"] === undefined ? 3 : 1;
      for (let calls = 0; ; calls += step) {
        const where = `after ${last} calls and ${calls} of down`;
        const memory = left.copy();
        const fresh = () =>
          new LocalDockerDeploymentStrategy(memory.engine(), { emulateReplicas: each.emulateReplicas ?? false });
        const [listed] = await fresh().list();
        const start = memory.calls.length;
        memory.onCall = (index) => {
          if (index >= start + calls) throw new Error("the process is gone");
        };
        const isRemoved = await down(fresh());
        memory.onCall = () => undefined;
        expect(await down(fresh()), where).toBe(true);
        expect(comparable(memory.all(), listed), where).toEqual(remains(before, listed));
        if (isRemoved) break;
      }
      if (isDone) break;
    }
  });

  test("if its process ends after any call, a second adoption completes it", async () => {
    for (let last = 0; ; last++) {
      const { memory, fresh, isDone } = await killed(each, last);
      await fresh().update(each.request, FAST);
      const names = Object.keys(memory.all()).filter((name) => !name.includes(".previous"));
      expect(names, `after ${last} calls`).toEqual(each.emulateReplicas ? ["demo-1", "demo-2"] : ["demo"]);
      if (isDone) break;
    }
  });
});

test("list() returns a version whose service was removed by another tool, and remove() removes it", async () => {
  for (let last = 0; ; last++) {
    const { memory, fresh, isDone } = await killed(cases[0] as Case, last);
    if (isDone) break;
    const originals = [...memory.containers.values()].filter(({ Config }) => Config.Image === "app:1");
    for (const { Id } of originals) memory.containers.delete(Id);
    for (const { name } of await fresh().list()) await fresh().remove(name);
    expect(memory.all(), `after ${last} calls`).toEqual({});
  }
});

test("remove() of a version rejects with NOT_FOUND without an unfinished change, and changes nothing", async () => {
  const { memory, fresh, before } = await killed(cases[0] as Case, 0);
  for (const name of ["demo.candidate", "demo.restoring", "demo.retiring", "demo.previous"])
    await expect(fresh().remove(name)).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(memory.all()).toEqual(before);
});
