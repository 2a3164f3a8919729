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
