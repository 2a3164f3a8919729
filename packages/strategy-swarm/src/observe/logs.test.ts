import type { DockerEngine } from "@openfactory/docker-engine";
import { fakeEngine } from "@openfactory/docker-probes";
import { describe, expect, test } from "vitest";
import { SwarmDeploymentStrategy } from "../strategy.js";

interface Fixture {
  driver?: object;
  /** The default driver of the manager's engine. */
  ofEngine?: string;
  /** Where the service's only task runs. */
  node?: string;
}

const strategyOn = ({ driver, ofEngine = "json-file", node = "here" }: Fixture) => {
  const { engine } = fakeEngine({
    "services.list": () => [{ ID: "s1", Spec: { Name: "web", TaskTemplate: { LogDriver: driver } } }],
    "nodes.list": () => [],
    "tasks.list": () => [{ ID: "t1", ServiceID: "s1", NodeID: node, Slot: 1 }],
    info: () => ({ LoggingDriver: ofEngine, Swarm: { NodeID: "here" } }),
  });
  const logs = async function* () {
    yield { stream: "stdout", timestamp: "", line: "hello", details: { "com.docker.swarm.task.id": "t1" } };
  };
  const services = new Proxy(engine.services, { get: (of, key) => (key === "logs" ? logs : Reflect.get(of, key)) });
  return new SwarmDeploymentStrategy({ ...engine, services } as unknown as DockerEngine);
};

const readAll = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
};

describe("logs() of a service whose logging driver can't be read rejects with UNSUPPORTED", () => {
  test.each([
    ["none", { driver: { Name: "none" } }],
    ["syslog", { driver: { Name: "syslog", Options: { "cache-disabled": "true" } } }],
    ["none", { ofEngine: "none" }],
  ] as [string, Fixture][])("%s: %j", async (driver, fixture) => {
    await expect(readAll(strategyOn(fixture).logs("web"))).rejects.toMatchObject({
      code: "UNSUPPORTED",
      service: "web",
      message: expect.stringContaining(`logging driver ${driver}`),
    });
  });
});

test.each([
  {},
  { driver: { Name: "json-file" } },
  { driver: { Name: "syslog", Options: { "syslog-address": "udp://10.0.0.1:514" } } },
  { driver: { Name: "local", Options: { "cache-disabled": "true" } } },
  { driver: { Name: "json-file" }, ofEngine: "none" },
  { ofEngine: "none", node: "elsewhere" },
] as Fixture[])("logs() reads the log of a service whose driver keeps one: %j", async (fixture) => {
  expect((await readAll(strategyOn(fixture).logs("web"))).map(({ line }) => line)).toEqual(["hello"]);
});
