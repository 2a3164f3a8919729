import { type DeployRequest, parseRequest, type PreflightProblem } from "@openfactory/deploy-core";
import { fakeEngine } from "@openfactory/docker-probes";
import { toServiceSpec } from "@openfactory/docker-translators";
import { describe, expect, test } from "vitest";
import { node, service, task } from "../engine-answers.test.data.js";
import { SwarmDeploymentStrategy } from "../strategy.js";

const GIB = 1024 ** 3;
const startFirst = { Order: "start-first", Parallelism: 1 } as const;
const port = { target: 80, published: 8080, mode: "host" } as const;
const reserving = (part: number) => ({ resources: { Reservations: { MemoryBytes: Math.round(part * GIB) } } });
const request = (part: Partial<DeployRequest>): DeployRequest => ({
  name: "demo",
  image: "demo:1",
  updateConfig: startFirst,
  ...part,
});

interface Other {
  ports?: object[];
  nodes: number[];
}

/** Problems of an update from `before` to `after` of a service that runs on these nodes, beside another service. */
async function found(
  before: Partial<DeployRequest>,
  after: Partial<DeployRequest>,
  nodes: number[],
  beside?: Other,
): Promise<PreflightProblem[]> {
  const spec = toServiceSpec(parseRequest(request(before)), { apiVersion: "1.45" });
  const named = (Name: string, id: string, Spec: object) => ({ ...service({}, { ID: id }), Spec: { ...Spec, Name } });
  const demo = named("demo", "svc", spec);
  const other = named("other", "other", { ...service().Spec, EndpointSpec: { Ports: beside?.ports } });
  const taskOn = (ServiceID: string, number: number) =>
    task(
      number,
      "running",
      {},
      {
        ID: `${ServiceID}${number}`,
        ServiceID,
        NodeID: `n${number}`,
        Slot: number,
        Spec: ServiceID === "svc" ? spec.TaskTemplate : {},
      },
    );
  const { engine } = fakeEngine({
    "services.list": () => [demo, ...(beside ? [other] : [])],
    "nodes.list": () => [node(1), node(2), node(3)],
    "tasks.list": () => [
      ...nodes.map((number) => taskOn("svc", number)),
      ...(beside?.nodes ?? []).map((number) => taskOn("other", number)),
    ],
    "images.inspect": () => ({}),
  });
  const strategy = new SwarmDeploymentStrategy(engine);
  const listed = await strategy.list({ instances: false });
  return strategy.preflight([{ request: request(after), updates: true }], { listed });
}
const on = (name: string) => ({ constraints: [`node.hostname==${name}`] });
const replicas = (Replicas: number) => ({ mode: { Replicated: { Replicas } } });
const changed = { env: ["V=2"] };

describe("preflight() of an update with the order start-first finds a conflict when", () => {
  test.each<[string, Partial<DeployRequest>, Partial<DeployRequest>, number[], Other | undefined, string]>([
    [
      "the one node that may run it has the host port",
      { ...on("node-2"), ports: [port] },
      changed,
      [2],
      undefined,
      "host port 8080/tcp on node-2",
    ],
    [
      "each of three replicas has the port of one of three nodes",
      { ...replicas(3), ports: [port] },
      changed,
      [1, 2, 3],
      undefined,
      "node-1, node-2, node-3",
    ],
    [
      "another service has the port of the free node",
      { ...replicas(2), ports: [port] },
      changed,
      [1, 2],
      { ports: [{ TargetPort: 1, PublishedPort: 8080, Protocol: "tcp", PublishMode: "host" }], nodes: [3] },
      "node-1, node-2",
    ],
    [
      "a global service publishes a host port",
      { mode: { Global: {} }, ports: [port] },
      changed,
      [1, 2],
      undefined,
      "node-1, node-2",
    ],
    [
      "the reservation fits once on the one node",
      { ...on("node-2"), ...reserving(0.6) },
      changed,
      [2],
      undefined,
      "the reservation of 614 MiB of memory on node-2",
    ],
    [
      "a global service reserves more than half of a node",
      { mode: { Global: {} }, ...reserving(0.6) },
      changed,
      [1, 2, 3],
      undefined,
      "614 MiB",
    ],
    [
      "the number of replicas is in the environment, and each node has the port",
      { ...replicas(3), replicaEnv: true, ports: [port] },
      { ...replicas(2) },
      [1, 2, 3],
      undefined,
      "node-1, node-2, node-3",
    ],
  ])("%s", async (_, before, change, nodes, beside, words) => {
    const [first, ...rest] = await found(before, { ...before, ...change }, nodes, beside);
    expect(first).toMatchObject({
      code: "CONFLICT",
      service: "demo",
      field: "updateConfig.Order",
      message: expect.stringContaining(words),
    });
    expect(first?.hint).toContain("stop-first");
    expect(rest).toEqual([]);
  });
});

describe("preflight() of an update finds no conflict when", () => {
  test.each<[string, Partial<DeployRequest>, Partial<DeployRequest>, number[]]>([
    [
      "the order is stop-first",
      { ...on("node-2"), ports: [port] },
      { ...changed, updateConfig: { Order: "stop-first" } },
      [2],
    ],
    ["there is no order", { ...on("node-2"), ports: [port] }, { ...changed, updateConfig: undefined }, [2]],
    ["one node is free", { ...replicas(2), ports: [port] }, changed, [1, 2]],
    [
      "the new constraints allow a free node",
      { ...on("node-2"), ports: [port] },
      { ...changed, constraints: ["node.hostname==node-3"] },
      [2],
    ],
    [
      "the new version has another port",
      { ...on("node-2"), ports: [port] },
      { ...changed, ports: [{ ...port, published: 8081 }] },
      [2],
    ],
    ["nothing runs", { ...replicas(0), ports: [port] }, { ...replicas(1), ...changed }, []],
    ["tasks are not replaced", { ...replicas(3), ports: [port] }, replicas(2), [1, 2, 3]],
    ["both tasks fit on the node", { ...on("node-2"), ...reserving(0.4) }, changed, [2]],
    ["the port is in ingress mode", { ...on("node-2"), ports: [{ ...port, mode: "ingress" }] }, changed, [2]],
  ])("%s", async (_, before, change, nodes) => {
    expect(await found(before, { ...before, ...change }, nodes)).toEqual([]);
  });
});
