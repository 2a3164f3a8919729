import { describe, expect, it } from "vitest";
import { engineOn, podmanOn } from "../testing/engine-on.js";
import type { Handler } from "../testing/fake-engine.js";

const filtersOf = (url: string): Record<string, string[]> =>
  JSON.parse(new URL(url, "http://engine").searchParams.get("filters") ?? "{}") as Record<string, string[]>;

/** Answers as Podman does: its states, empty health, health in filters only, and `a=` for any value of a. */
const podmanLike: Handler = ({ url }, response) => {
  const all = [
    { Id: "1", State: "running", Status: "Up 3 seconds", Labels: { a: "1" } },
    { Id: "2", State: "running", Status: "Up 3 seconds", Labels: { a: "" } },
    { Id: "3", State: "stopped", Status: "Exited (1) 3 seconds ago", Labels: { b: "x=y" } },
    { Id: "4", State: "running", Status: "Up 3 seconds", Labels: { a: "1", b: "x=y" } },
  ];
  const health: Record<string, string[]> = { unhealthy: ["1", "3"], starting: ["2"], healthy: [] };
  const { health: [asked] = [] } = filtersOf(url);
  const details = { Id: "1", Name: "/demo", State: { Status: "stopped", Running: false, Health: { Status: "" } } };
  const listed = asked === undefined ? all : all.filter(({ Id }) => health[asked]?.includes(Id));
  response.writeHead(200).end(JSON.stringify(url.includes("/containers/json") ? listed : details));
};

describe("on Podman", () => {
  it("a container has Docker's states, and no health where it is empty", async () => {
    const { engine } = await podmanOn(podmanLike);
    const { State } = await engine.containers.inspect("demo");
    expect(State).toEqual({ Status: "exited", Running: false });
  });

  it("a list tells of health where Docker has it", async () => {
    const { engine } = await podmanOn(podmanLike);
    expect((await engine.containers.list()).map(({ Id, State, Status }) => [Id, State, Status])).toEqual([
      ["1", "running", "Up 3 seconds (unhealthy)"],
      ["2", "running", "Up 3 seconds (health: starting)"],
      ["3", "exited", "Exited (1) 3 seconds ago"],
      ["4", "running", "Up 3 seconds"],
    ]);
  });

  it.each([
    ["a", ["1", "2", "4"]],
    ["a=", ["2"]],
    ["a=1", ["1", "4"]],
    ["b=x=y", ["3", "4"]],
    ["b=x", []],
  ])("a list by the label %s has those that carry it", async (label, ids) => {
    const { engine } = await podmanOn(podmanLike);
    expect((await engine.containers.list({ label: [label] })).map(({ Id }) => Id)).toEqual(ids);
  });

  it("a label that Podman would take for another is refused before it is asked", async () => {
    const { engine, fake } = await podmanOn(podmanLike);
    await expect(engine.containers.create("demo", { Labels: { a: "=", "b=c": "secret" } })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      field: "labels",
      message: "Podman keeps no label whose name holds an equals sign: b=c.",
    });
    expect(fake.requests).toEqual([]);
  });
});

it.each([
  [{}, 10],
  [{ StopTimeout: 0 }, 0],
  [{ StopTimeout: 3 }, 3],
])("of %j, Podman's containers have %i s to end, as Docker's", async (body, seconds) => {
  const { engine, fake } = await podmanOn(podmanLike);
  await engine.containers.create("demo", body);
  expect(JSON.parse(fake.requests[0]?.body ?? "")).toEqual({ StopTimeout: seconds });
});

describe("a container with a volume of its own settings, on Podman", () => {
  const volume = { Labels: { a: "b" }, DriverConfig: { Name: "local", Options: { type: "nfs", device: ":/data" } } };
  const bodyOf = (mount: object) => ({ HostConfig: { Mounts: [{ Type: "volume", Target: "/data", ...mount }] } });
  const having =
    (...there: string[]): Handler =>
    ({ method, url }, response) =>
      response.writeHead(method === "POST" || there.some((path) => url.includes(path)) ? 200 : 404).end("{}");
  const calls = async (mount: object, ...there: string[]) => {
    const { engine, fake } = await podmanOn(having(...there));
    await engine.containers.create("demo", bodyOf(mount));
    return fake.requests.map(({ method, url, body }) => [method, url.replace(/^\/v1.41|\?.*$/g, ""), body]);
  };

  it("has its volume made first", async () => {
    const made = { Name: "data", Labels: volume.Labels, Driver: "local", DriverOpts: volume.DriverConfig.Options };
    expect(await calls({ Source: "data", VolumeOptions: volume })).toEqual([
      ["GET", "/containers/demo/json", ""],
      ["GET", "/volumes/data", ""],
      ["POST", "/volumes/create", JSON.stringify(made)],
      ["POST", "/containers/create", expect.stringContaining('"Source":"data"')],
    ]);
  });

  it("takes a volume that is there as it is", async () => {
    const all = await calls({ Source: "data", VolumeOptions: volume }, "/volumes/data");
    expect(all.map(([, path]) => path)).toEqual(["/containers/demo/json", "/volumes/data", "/containers/create"]);
  });

  it("makes none for a name that is in use", async () => {
    const all = await calls({ Source: "data", VolumeOptions: volume }, "/containers/demo/json");
    expect(all.map(([, path]) => path)).toEqual(["/containers/demo/json", "/containers/create"]);
  });

  it("asks nothing for a volume without settings", async () => {
    expect(await calls({ Source: "data" })).toHaveLength(1);
  });

  it.each([
    ["mounts[0].VolumeOptions.NoCopy", { Source: "data", VolumeOptions: { NoCopy: true } }],
    ["mounts[0].VolumeOptions", { VolumeOptions: volume }],
  ])("is refused for %s before anything is made", async (field, mount) => {
    const { engine, fake } = await podmanOn(having());
    await expect(engine.containers.create("demo", bodyOf(mount))).rejects.toMatchObject({ code: "UNSUPPORTED", field });
    expect(fake.requests).toEqual([]);
  });
});

describe("on Docker", () => {
  it("answers stay as they are, and a list is one call", async () => {
    const { engine, fake } = await engineOn(podmanLike);
    expect((await engine.containers.inspect("demo")).State.Status).toBe("stopped");
    expect(await engine.containers.list({ label: ["a="] })).toHaveLength(4);
    await engine.containers.create("demo", { Labels: { "b=c": "d" } });
    expect(fake.requests.map(({ method }) => method)).toEqual(["GET", "GET", "POST"]);
    expect(fake.pings).toBe(1);
  });
});
