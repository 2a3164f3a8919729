import type { DockerEngine } from "@openfactory/docker-engine";
import { fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { listNamed, listSwarm } from "./list-named.js";

const namesOf = (count: number): string[] => Array.from({ length: count }, (_, index) => `web-${index}`);

/** A swarm with this many services, which has been listed. */
async function swarmOf(services: number): Promise<DockerEngine> {
  const all = namesOf(services).map((Name) => ({ Spec: { Name } }));
  const { engine } = fakeEngine({ "services.list": () => all });
  expect(await listSwarm(engine, undefined, ({ Spec }) => Spec.Name)).toHaveLength(services);
  return engine;
}

test.each([
  ["100 names are one filter", 1000, 100, [100]],
  ["of more than 100 names of a small swarm, everything is listed", 1000, 251, [undefined]],
  ["more than 100 names of a swarm with four times as many services are filters of 100", 1000, 250, [100, 100, 50]],
])("listNamed(): %s", async (_, services, count, sizes) => {
  const engine = await swarmOf(services);
  const names = namesOf(count);
  const asked: (readonly string[] | undefined)[] = [];
  const listed = await listNamed(engine, names, async (part) => {
    asked.push(part);
    return [...(part ?? names)];
  });
  expect(asked.map((part) => part?.length)).toEqual(sizes);
  expect(listed).toEqual(names);
});

test("listNamed() lists everything of a swarm of unknown size", async () => {
  const engine = {} as DockerEngine;
  expect(await listNamed(engine, namesOf(101), async (part) => [part])).toEqual([undefined]);
});
