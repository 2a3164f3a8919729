import { createEngine, createSwarm, type SingleEngine, type Swarm } from "@openfactory/swarm-harness";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AppFolder } from "../outages/app-folder.js";
import { expectNoGrowth, MIB, runLong } from "./run-long.js";

/** Five minutes: `LOAD_MINUTES=5`, which `npm run test:load` sets. */
const MINUTES = Number(process.env["LOAD_MINUTES"] ?? 1);
const PROCESSES = 20;

describe("one engine", () => {
  let engine: SingleEngine;
  beforeAll(async () => {
    engine = await createEngine({ images: [TEST_IMAGE] });
  });
  afterAll(() => engine?.down());

  const containers = async (): Promise<string[]> => {
    const all: { Names: string[] }[] = await engine.api.call("GET", "/containers/json?all=true");
    return all.map(({ Names }) => Names[0]?.slice(1) ?? "").sort();
  };
  const options = (): string[] => ["--platform", "docker", "--host", engine.host];

  test(
    `100 deploys and removes at the same time, for ${MINUTES} min: each succeeds, none is lost or left behind, and nothing grows`,
    { timeout: MINUTES * 60_000 + 1_800_000 },
    async () => {
      const found = await runLong("churn", engine.host, MINUTES * 60);
      process.stderr.write(`${found.at(-1)?.done} deploys and removes in ${MINUTES} min\n`);
      expect(found.at(-1)?.done).toBeGreaterThan(100);
      expectNoGrowth(found, 3 * MIB);
      expect(await containers()).toEqual([]);
    },
  );

  test(`${PROCESSES} commands on one project: one at a time, and the others report who holds the lock`, async () => {
    const apps = new AppFolder("one", options).write({ version: 1 });
    const runs = await Promise.all(Array.from({ length: PROCESSES }, () => apps.run(["up"])));
    for (const { code, text } of runs) {
      expect([0, 5], text).toContain(code);
      if (code === 5) expect(text).toMatch(/has been locked by|modified|already exists/);
    }
    expect(runs.some(({ code }) => code === 0)).toBe(true);
    // No previous container either: no run has replaced a service that another one had just created.
    expect(await containers()).toEqual(["one-a", "one-b", "one-c", "one-d"]);
    const again = await apps.run(["up"]);
    expect(again.code, again.text).toBe(0);
    expect(await apps.run(["down"])).toMatchObject({ code: 0 });
    expect(await containers()).toEqual([]);
    apps.remove();
  });

  test(`${PROCESSES} commands on ${PROCESSES} projects: each succeeds`, { timeout: 600_000 }, async () => {
    // A busy engine starts 20 containers at the same time in minutes.
    const patient = ["--option", "timeoutMs=200000"];
    const folders = Array.from({ length: PROCESSES }, (_, number) =>
      new AppFolder(`many${number}`, options).write({ version: 1, names: ["a", "b"] }),
    );
    for (const run of await Promise.all(folders.map((apps) => apps.run(["up", "--timeout", "200", ...patient]))))
      expect(run.code, run.text).toBe(0);
    expect(await containers()).toHaveLength(2 * PROCESSES);
    for (const run of await Promise.all(folders.map((apps) => apps.run(["down", ...patient]))))
      expect(run.code, run.text).toBe(0);
    expect(await containers()).toEqual([]);
    for (const apps of folders) apps.remove();
  });
});

describe("a swarm of five nodes", () => {
  const SERVICES = Number(process.env["LOAD_SERVICES"] ?? 1_000);
  /** Of 1,000 services on one machine, this many have a container. */
  const RUNNING = 20;
  let swarm: Swarm;
  beforeAll(async () => {
    swarm = await createSwarm({ nodes: 5, managers: 3, images: [TEST_IMAGE] });
  });
  afterAll(() => swarm?.down());

  test(
    `${SERVICES} services of one file, ${RUNNING} of them with a replica: up, an unchanged up, and down are complete`,
    { timeout: 1_200_000 },
    async () => {
      const hosts = swarm.managers.flatMap(({ host }) => ["--host", host]);
      const apps = new AppFolder("crowd", () => ["--platform", "swarm", ...hosts]);
      apps.writeCrowd(SERVICES, RUNNING);
      const listed = async (): Promise<string[]> => {
        const all: { Spec: { Name: string } }[] = await (swarm.managers[0] as Swarm["nodes"][0]).api.call(
          "GET",
          "/services",
        );
        return all.map(({ Spec }) => Spec.Name);
      };
      const up = await apps.run(["up", "--quiet", "--timeout", "200"]);
      expect(up.code, up.text.slice(-2000)).toBe(0);
      expect(new Set(await listed()).size).toBe(SERVICES);
      expect(await listed()).toHaveLength(SERVICES);
      const again = await apps.run(["up"]);
      expect(again.code, again.text.slice(-2000)).toBe(0);
      const down = await apps.run(["down", "--quiet"]);
      expect(down.code, down.text.slice(-2000)).toBe(0);
      expect(await listed()).toEqual([]);
      const took = [up, again, down].map(
        ({ tookMs, peakMib }) => `${(tookMs / 1000).toFixed(1)} s, ${Math.round(peakMib)} MiB`,
      );
      process.stderr.write(`${SERVICES} services: up ${took[0]}; unchanged ${took[1]}; down ${took[2]}\n`);
      apps.remove();
    },
  );
});
