import { fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { LocalDockerDeploymentStrategy } from "./strategy.js";

const container = (name: string, State: string, labels: Record<string, string> = {}) => ({
  Id: name,
  Names: [`/${name}`],
  Image: "demo:1",
  State,
  Status: State === "exited" ? "Exited (0) 1 second ago" : "Up 1 second",
  Created: 1,
  Ports: [],
  Labels: { "org.openfactory.deploy.operation": name, ...labels },
});
const replaces = (name: string) => ({ "org.openfactory.deploy.replaces": name });

test.each([
  ["it runs", [container("demo", "running")], undefined],
  ["it has ended", [container("demo", "exited")], undefined],
  [
    "its version before is kept",
    [container("demo", "running", replaces("demo.previous")), container("demo.previous", "exited")],
    undefined,
  ],
  [
    "its version before runs on",
    [container("demo", "running", replaces("demo.previous")), container("demo.previous", "running")],
    true,
  ],
  [
    "a new version is made, and has not taken its place",
    [container("demo", "running"), container("demo.next", "created", replaces("demo"))],
    true,
  ],
  ["it was made, and never started", [container("demo", "created")], true],
])("a listing tells whether a change goes on or was cut off: %s", async (_, summaries, unfinished) => {
  const { engine } = fakeEngine({ "containers.list": () => summaries });
  const services = await new LocalDockerDeploymentStrategy(engine).list();
  expect(services.map(({ name, unfinished: told }) => [name, told])).toEqual([["demo", unfinished]]);
});
