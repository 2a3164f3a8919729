import { randomBytes } from "node:crypto";
import { createEngine } from "@openfactory/docker-engine";
import { containerProbes, TEST_LABELS } from "@openfactory/docker-probes";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, afterEach, expect, test } from "vitest";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";

const host = process.env["DOCKER_HOST"] ?? "";
const raw = new RawEngine(host);
const probes = containerProbes(raw);
const strategy = new LocalDockerDeploymentStrategy(createEngine({ host }), { emulateReplicas: true });
const name = `replicas-${randomBytes(3).toString("hex")}`;
const containers = async (): Promise<string[]> => (await probes.names()).filter((one) => one.startsWith(name)).sort();

const request = {
  name,
  image: TEST_IMAGE,
  command: ["sh", "-c", "trap 'exit 0' TERM; sleep 1000 & wait $!"],
  env: ["APP_UUID=PRESS", "OTHER=same"],
  labels: TEST_LABELS,
  mode: { Replicated: { Replicas: 3 } },
};

afterEach(async () => {
  for (const one of await containers()) await raw.request("DELETE", `/containers/${one}?force=true&v=true`);
});
afterAll(() => strategy.close());

test("three replicas are one service of three containers, each with its own APP_UUID", async () => {
  const { ids, warnings } = await strategy.deploy(request, { strict: true });
  expect(ids).toHaveLength(3);
  expect(warnings).toEqual([]);
  expect(await containers()).toEqual([`${name}-1`, `${name}-2`, `${name}-3`]);
  for (const number of [1, 2, 3]) {
    expect((await probes.settings(`${name}-${number}`))?.env).toEqual(
      expect.arrayContaining([`APP_UUID=PRESS-${number}`, "OTHER=same"]),
    );
  }

  expect(await strategy.wait(name)).toMatchObject({ name, state: "running", replicas: { running: 3, desired: 3 } });
  const listed = (await strategy.list()).filter((service) => service.name.startsWith(name));
  expect(listed).toMatchObject([{ name, replicas: { running: 3, desired: 3 } }]);

  // A replica is no service of its own.
  await expect(strategy.remove(`${name}-1`)).rejects.toMatchObject({ code: "NOT_FOUND" });
  await strategy.remove(name);
  expect(await containers()).toEqual([]);
});

test("deploy() rejects several replicas with a host port, and creates nothing", async () => {
  await expect(strategy.deploy({ ...request, ports: { 18099: 80 } })).rejects.toMatchObject({
    code: "INVALID_REQUEST",
  });
  expect(await containers()).toEqual([]);
});

test("deploy() rejects with ALREADY_EXISTS if the name of one replica is in use, and removes the others", async () => {
  await new LocalDockerDeploymentStrategy(createEngine({ host })).deploy({
    ...request,
    name: `${name}-2`,
    mode: undefined,
  });
  await expect(strategy.deploy(request)).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
  expect(await containers()).toEqual([`${name}-2`]);
});
