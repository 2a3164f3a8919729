import { fails, fakeEngine } from "@openfactory/docker-probes";
import { DeploymentError } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import { groupByService, toListedContainer } from "../containers/group.js";
import { LocalDockerDeploymentStrategy } from "../strategy.js";

const COUNT = 20;
const summaries = Array.from({ length: COUNT }, (_, index) => ({
  Id: `id${index}`,
  Names: [`/demo-${String(index).padStart(2, "0")}`],
  Image: "demo:1",
  ImageID: `image${index % 2}`,
  Created: 0,
  State: "running",
  Status: "Up",
  Labels: {},
  Ports: [],
}));
const details = (id: string) => ({
  Id: id,
  Name: `/${id}`,
  Image: `image${Number(id.slice(2)) % 2}`,
  State: { Status: "running", StartedAt: "", FinishedAt: "" },
  Config: { Image: "demo:1", Labels: {}, Env: ["A=1", "OF=image"] },
  HostConfig: { RestartPolicy: { Name: "always" } },
  NetworkSettings: { Networks: { bridge: {} } },
});

test("list() takes one call, and returns no settings", async () => {
  const { engine, calls } = fakeEngine({ "containers.list": () => summaries });
  const listed = await new LocalDockerDeploymentStrategy(engine).list();
  expect(listed).toHaveLength(COUNT);
  expect(listed.every((service) => service.settings === undefined)).toBe(true);
  expect(calls).toEqual(["containers.list"]);
});

test("list() with settings inspects each container, eight at once, and each image once", async () => {
  let [busy, busiest] = [0, 0];
  const { engine, calls } = fakeEngine({
    "containers.list": () => summaries,
    "containers.inspect": async (id: string) => {
      busiest = Math.max(busiest, ++busy);
      await new Promise((resolve) => setImmediate(resolve));
      busy -= 1;
      return id === "id7" ? fails("NOT_FOUND")() : details(id);
    },
    "images.inspect": (id: string) =>
      id === "image0" ? { Config: { Env: ["OF=image"] } } : fails("IMAGE_NOT_FOUND")(),
  });
  const listed = await new LocalDockerDeploymentStrategy(engine).list({ settings: true });
  expect(busiest).toBe(8);
  expect(calls.filter((call) => call.startsWith("images"))).toHaveLength(2);
  // A container that was removed since is left out. A removed image has no variables.
  expect(listed).toHaveLength(COUNT - 1);
  expect(listed.slice(0, 2).map(({ settings }) => settings)).toEqual([
    { name: "demo-00", image: "demo:1", env: ["A=1"] },
    { name: "demo-01", image: "demo:1", env: ["A=1", "OF=image"] },
  ]);
  expect(new Set(listed.map(({ revision }) => revision)).size).toBe(COUNT - 1);
});

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
  ["the service runs", [container("demo", "running")], undefined],
  ["the service has ended", [container("demo", "exited")], undefined],
  [
    "the previous version is kept",
    [container("demo", "running", replaces("demo.previous")), container("demo.previous", "exited")],
    undefined,
  ],
  [
    "the previous version still runs",
    [container("demo", "running", replaces("demo.previous")), container("demo.previous", "running")],
    true,
  ],
  [
    "the new version was created, and has not replaced the current one",
    [container("demo", "running"), container("demo.candidate", "created", replaces("demo"))],
    true,
  ],
  ["the service was created, and never started", [container("demo", "created")], true],
])("list() reports whether a change is unfinished: %s", async (_, summaries, unfinished) => {
  // The restart policy of an ended container is read. It was removed meanwhile.
  const inspect = () => Promise.reject(new DeploymentError("NOT_FOUND", "There is no such container."));
  const { engine } = fakeEngine({ "containers.list": () => summaries, "containers.inspect": inspect });
  const services = await new LocalDockerDeploymentStrategy(engine).list();
  expect(services.map((service) => [service.name, service.unfinished])).toEqual([["demo", unfinished]]);
});

describe("list() on an engine with many containers of others", () => {
  const OTHERS = 10_000;
  const PROJECT = { project: "mine" };
  const summary = (name: string, Labels: Record<string, string>) => ({
    ...container(name, "exited"),
    Image: "demo:1",
    ImageID: "image0",
    Labels,
  });
  // Names of other tools that look like those of replaced versions, so that each must be compared.
  const others = Array.from({ length: OTHERS }, (_, index) => summary(`id${index}.previous`, {}));
  const mine = [summary("id1", PROJECT), summary("id3", PROJECT)];
  const answers = (listed: readonly unknown[]) => ({
    "containers.list": () => listed,
    "containers.inspect": details,
    "images.inspect": () => ({ Config: { Env: [] } }),
  });

  test.each([
    ["labels", { labels: PROJECT }],
    ["isRelevant", { isRelevant: ({ labels }: { labels: object }) => "project" in labels, settings: true }],
  ])("makes as many calls as without them, with %s", async (_, options) => {
    const alone = fakeEngine(answers(mine));
    await new LocalDockerDeploymentStrategy(alone.engine).list(options);
    const crowded = fakeEngine(answers([...others, ...mine]));
    const listed = await new LocalDockerDeploymentStrategy(crowded.engine).list(options);
    expect(crowded.calls).toEqual(alone.calls);
    expect(listed.filter(({ name }) => name === "id1" || name === "id3")).toHaveLength(2);
  });

  test("with isRelevant, still has the names of the others", async () => {
    const { engine } = fakeEngine(answers([...others, ...mine]));
    const listed = await new LocalDockerDeploymentStrategy(engine).list({ isRelevant: () => false, settings: true });
    expect(listed).toHaveLength(OTHERS + mine.length);
  });
});

test("groupByService() compares each container only with those of its base name", () => {
  const steps = (count: number): number => {
    let reads = 0;
    const containers = Array.from({ length: count }, (_, index) => {
      const listed = toListedContainer(summaries[0] as never);
      return Object.defineProperty({ ...listed, managed: false }, "base", {
        get: () => ((reads += 1), `id${index}`),
        enumerable: true,
      });
    });
    groupByService(containers);
    return reads;
  };
  expect(steps(2_000)).toBeLessThanOrEqual(12 * steps(200));
});
