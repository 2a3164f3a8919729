import { fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { elsewhere } from "./diagnose.js";

const container = (name: string, labels: Record<string, string> = {}) => ({
  Id: name,
  Names: [`/${name}`],
  Labels: labels,
});

test("elsewhere() names the containers of the project that belong to no task, each service once", async () => {
  const { engine, calls } = fakeEngine({
    "containers.list": () => [
      container("web"),
      container("web.previous"),
      container("db-1", { "org.openfactory.deploy.replica-of": "db" }),
      container("db-2", { "org.openfactory.deploy.replica-of": "db" }),
      container("api.1.abc", { "com.docker.swarm.task.id": "abc" }),
    ],
  });
  expect(await elsewhere(engine, { labels: { project: "factory" } })).toEqual([
    { platform: "docker", services: ["db", "web"] },
  ]);
  expect(calls).toEqual(["containers.list"]);
});
