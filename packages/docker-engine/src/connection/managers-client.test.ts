import { observeWaits } from "@openfactory/deploy-core";
import { describe, expect, it, onTestFinished } from "vitest";
import { infoAnswer } from "../../test/answers.js";
import { fakeEngine, type FakeEngine, type Handler } from "../../test/fake-engine.js";
import { createEngine } from "../create-engine.js";
import type { DockerEngine } from "../engine.js";
import { Connection } from "./connection.js";
import { dial } from "./dockerode.js";
import { EngineClient } from "./engine-client.js";
import { ManagersClient } from "./managers-client.js";

type Answer = (response: Parameters<Handler>[1]) => void;

const json =
  (status: number, body: unknown): Answer =>
  (response) =>
    void response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
const fails = (status: number, message: string): Answer => json(status, { message });
const reset: Answer = (response) => void response.socket?.destroy();
const hang: Answer = () => {};

const noLeader = fails(
  500,
  "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that ...",
);
const lostLeader = fails(500, "rpc error: code = DeadlineExceeded desc = context deadline exceeded");
const worker = fails(
  503,
  "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state.",
);

/** The services of a swarm, and managers that answer from it, or by `faults`, one for each call beside `/info`. */
interface FakeSwarm {
  services: Map<string, ReturnType<typeof service>>;
  manager(id?: string): Promise<FakeManager>;
}

interface FakeManager extends FakeEngine {
  faults: (Answer | { after: Answer })[];
  isWorker: boolean;
}

const TIME = "2026-01-01T00:00:00Z";
const service = (ID: string, Spec: { Name: string; Labels: object }) => ({
  ID,
  Version: { Index: 1 },
  CreatedAt: TIME,
  UpdatedAt: TIME,
  Spec: { TaskTemplate: { ContainerSpec: { Image: "demo:1" } }, ...Spec },
});

const SPEC = { Name: "web", Labels: { operation: "1" }, TaskTemplate: { ContainerSpec: { Image: "demo:1" } } } as never;

function fakeSwarm(): FakeSwarm {
  const services: FakeSwarm["services"] = new Map();
  const answer = (method: string, url: string, body: string): Answer => {
    const [, name = ""] = /services\/([^/?]+)/.exec(url) ?? [];
    if (url.includes("/services/create")) {
      const Spec = JSON.parse(body) as { Name: string; Labels: object };
      if (services.has(Spec.Name)) return fails(409, "name conflicts with an existing object");
      services.set(Spec.Name, service(`id-${services.size + 1}`, Spec));
      return json(201, { ID: services.get(Spec.Name)?.ID });
    }
    if (name === "") return json(200, [...services.values()]);
    const found = [...services.values()].find(({ ID, Spec }) => ID === name || Spec.Name === name);
    if (found === undefined) return fails(404, `service ${name} not found`);
    if (method === "DELETE") {
      services.delete(found.Spec.Name);
      return (response) => void response.writeHead(200).end();
    }
    if (method === "GET") return json(200, found);
    if (!url.includes(`version=${found.Version.Index}`)) return fails(500, "rpc error: update out of sequence");
    found.Version.Index += 1;
    return json(200, {});
  };
  return {
    services,
    async manager(id = "swarm-1") {
      const faults: FakeManager["faults"] = [];
      const fake = await fakeEngine(({ method, url, body }, response) => {
        if (url.includes("/info"))
          return json(
            200,
            infoAnswer({
              LocalNodeState: "active",
              ...(manager.isWorker ? { ControlAvailable: false } : { ControlAvailable: true, Cluster: { ID: id } }),
            }),
          )(response);
        const fault = faults.shift();
        if (typeof fault === "function") return fault(response);
        const answered = answer(method, url, body);
        return fault === undefined ? answered(response) : fault.after(response);
      });
      const manager: FakeManager = Object.assign(fake, { faults, isWorker: false });
      return manager;
    },
  };
}

const connect = (hosts: FakeEngine[], electionMs = 5_000): DockerEngine => {
  const engine = createEngine({ host: hosts.map(({ host }) => host), env: { DOCKER_CONFIG: "/nowhere" }, electionMs });
  onTestFinished(() => engine.close());
  return engine;
};
const gone = { host: "unix:///nowhere/engine.sock" } as FakeEngine;
const callsOf = ({ requests }: FakeEngine): string[] =>
  requests.filter(({ url }) => !url.includes("/info")).map(({ method, url }) => `${method} ${url.replace(/\?.*/, "")}`);

describe("several managers", () => {
  it("one that can't be connected to is replaced by the next one, which gets all later calls", async () => {
    const swarm = fakeSwarm();
    const [first, second] = [await swarm.manager(), await swarm.manager()];
    const engine = connect([gone, first, second]);
    await engine.services.create(SPEC);
    expect(await engine.services.list()).toHaveLength(1);
    expect(engine.host).toBe(first.host);
    expect(second.requests).toEqual([]);
  });

  it("a read without an answer is made by the next one", async () => {
    const swarm = fakeSwarm();
    const [first, second] = [await swarm.manager(), await swarm.manager()];
    first.faults.push(reset, reset, reset);
    const engine = connect([first, second]);
    expect(await engine.services.list()).toEqual([]);
    expect(engine.host).toBe(second.host);
  });

  it.each([
    ["the first one has created it", { after: reset }, 1],
    ["the first one has not", reset, 2],
    ["the leader was lost after it was created", { after: lostLeader }, 1],
    ["the leader was lost before", lostLeader, 2],
  ])(
    "a service whose creation got no answer is looked up by the next one, and exists once: %s",
    async (_, fault, creates) => {
      const swarm = fakeSwarm();
      const [first, second] = [await swarm.manager(), await swarm.manager()];
      first.faults.push(fault);
      const engine = connect([first, second]);
      expect(await engine.services.create(SPEC)).toEqual({ id: "id-1", warnings: [] });
      expect(swarm.services.size).toBe(1);
      const calls = [...callsOf(first), ...callsOf(second)];
      expect(calls.filter((call) => call === "POST /v1.41/services/create")).toHaveLength(creates);
      expect(callsOf(second)[0]).toBe("GET /v1.41/services/web");
    },
  );

  it("a name that another client has taken meanwhile stays a conflict", async () => {
    const swarm = fakeSwarm();
    const [first, second] = [await swarm.manager(), await swarm.manager()];
    first.faults.push(reset);
    swarm.services.set("web", service("other", { Name: "web", Labels: { operation: "2" } }));
    await expect(connect([first, second]).services.create(SPEC)).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it.each([
    ["the first one has made the change", { after: reset }, "ENGINE_UNREACHABLE"],
    ["the first one has not", reset, undefined],
  ])("an update is made once: %s", async (_, fault, code) => {
    const swarm = fakeSwarm();
    const [first, second] = [await swarm.manager(), await swarm.manager()];
    const engine = connect([first, second]);
    const { id } = await engine.services.create(SPEC);
    first.faults.push(fault);
    const updating = engine.services.update(id, 1, SPEC).then(
      () => undefined,
      (error: { code: string }) => error.code,
    );
    expect(await updating).toBe(code);
    expect((await engine.services.inspect(id)).Version.Index).toBe(2);
  });

  it.each([{ after: reset }, reset])("a removal without an answer ends as a success", async (fault) => {
    const swarm = fakeSwarm();
    const [first, second] = [await swarm.manager(), await swarm.manager()];
    const engine = connect([first, second]);
    const { id } = await engine.services.create(SPEC);
    first.faults.push(fault);
    await engine.services.remove(id);
    expect(swarm.services.size).toBe(0);
  });

  it("a worker is skipped", async () => {
    const swarm = fakeSwarm();
    const [first, second] = [await swarm.manager(), await swarm.manager()];
    first.isWorker = true;
    first.faults.push(worker);
    const engine = connect([first, second]);
    expect(await engine.services.list()).toEqual([]);
    expect(engine.host).toBe(second.host);
  });

  it("calls are tried again until the managers have a leader", async () => {
    const swarm = fakeSwarm();
    const [first, second] = [await swarm.manager(), await swarm.manager()];
    first.faults.push(noLeader, noLeader);
    second.faults.push(noLeader, lostLeader);
    const engine = connect([first, second]);
    const waits: string[] = [];
    onTestFinished(
      observeWaits(({ subject, action }, isOver) => waits.push(`${subject} to ${action}${isOver ? ": over" : ""}`)),
    );
    await engine.services.create(SPEC);
    expect(swarm.services.size).toBe(1);
    const election = "the managers of the swarm to elect a leader";
    expect(waits.filter((wait) => wait.startsWith(election))).toEqual([election, `${election}: over`]);
  });

  it("without a leader a call fails with ENGINE_UNREACHABLE when the time of an election has passed, and the next calls fail at once", async () => {
    const swarm = fakeSwarm();
    const [first, second] = [await swarm.manager(), await swarm.manager()];
    for (const { faults } of [first, second]) faults.push(...Array.from({ length: 20 }, () => noLeader));
    const engine = connect([first, second], 700);
    const failure = { code: "ENGINE_UNREACHABLE", message: expect.stringContaining("no leader for 0.7 s") };
    await expect(engine.services.create(SPEC)).rejects.toMatchObject(failure);
    const before = callsOf(first).length;
    await expect(engine.services.list()).rejects.toMatchObject(failure);
    expect(callsOf(first).length).toBe(before + 1);
    first.faults.length = 0;
    expect(await engine.services.list()).toEqual([]);
  });

  it("an error names all managers that did not answer", async () => {
    const other = { host: "unix:///nowhere/other.sock" } as FakeEngine;
    const error = await connect([gone, other])
      .services.list()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "ENGINE_UNREACHABLE",
      message: expect.stringContaining("None of the 2 managers"),
    });
    expect(String(error)).toContain(gone.host);
    expect(String(error)).toContain(other.host);
  });

  it("one of another swarm is rejected before it gets a call", async () => {
    const swarm = fakeSwarm();
    const [first, stranger] = [await swarm.manager(), await swarm.manager("swarm-2")];
    const engine = connect([first, stranger]);
    await engine.services.list();
    first.faults.push(reset);
    await expect(engine.services.create(SPEC)).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining("another swarm"),
    });
    expect(callsOf(stranger)).toEqual([]);
  });

  it("one that reports no id of its swarm, as without a leader, is not taken for another swarm", async () => {
    const swarm = fakeSwarm();
    const [first, second] = [await swarm.manager(), await swarm.manager("")];
    const engine = connect([first, second]);
    await engine.services.list();
    first.faults.push(reset);
    expect(await engine.services.create(SPEC)).toMatchObject({ id: "id-1" });
  });

  it("an answer that is final is not asked for again", async () => {
    const swarm = fakeSwarm();
    const [first, second] = [await swarm.manager(), await swarm.manager()];
    const engine = connect([first, second]);
    await expect(engine.services.inspect("none")).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(second.requests).toEqual([]);
  });
});

it("a manager that answers neither a call nor a ping is given up, and the caller's signal ends a call", async () => {
  await import("dockerode");
  const swarm = fakeSwarm();
  const [first, second] = [await swarm.manager(), await swarm.manager()];
  const managers = [first, second].map(({ host }) => new EngineClient(new Connection({ host, env: {} }), 60_000));
  const client = new ManagersClient(managers, { pingMs: 1_000, electionMs: 0 });
  onTestFinished(() => client.close());
  const list = (signal?: AbortSignal) =>
    client.json(
      { action: "list services", read: true, swarm: true },
      () => undefined,
      (docker, ended) => dial(docker, { path: "/services" }, ended),
      { signal },
    );
  await list();
  first.faults.push(hang);
  first.delayPingMs = 60_000;
  await list();
  expect(client.host).toBe(second.host);

  second.faults.push(hang);
  await expect(list(AbortSignal.timeout(2_000))).rejects.toMatchObject({ code: "ABORTED" });
});

it("a host of several that is no list of addresses is rejected", () => {
  expect(() => createEngine({ host: [] })).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
});
