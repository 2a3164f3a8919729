import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSwarm, type Swarm } from "@openfactory/swarm-harness";
import {
  type RawEngine,
  type Registry,
  type RegistryProxy,
  startRegistry,
  startRegistryProxy,
  TEST_ENTRYPOINT_IMAGE,
  TEST_IMAGE,
} from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { callOfdeploy } from "./support/call-ofdeploy.js";
import type { ProcessResult } from "./support/spawn-ofdeploy.js";
import { everyVariant } from "./support/variants.js";

let swarm: Swarm;
let manager: RawEngine;
let registry: Registry;
/** A proxy for the registry that can be stopped. */
let proxy: RegistryProxy;
let folder: string;
let file: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ofdeploy-images-"));
  file = join(folder, "openfactory.yml");
  swarm = await createSwarm({ nodes: 3 });
  manager = swarm.nodes[0]!.api;
  registry = await startRegistry({ auth: true, address: swarm.gateway });
  proxy = await startRegistryProxy(registry, swarm.gateway);
  logIn(registry.credentials!.password);
  await push(TEST_IMAGE, "app:1");
});
afterEach(async () => {
  await ofdeploy("down", "--project", "images", "--yes");
});
afterAll(async () => {
  await proxy?.stop();
  await registry?.stop();
  await swarm?.down();
  rmSync(folder, { recursive: true, force: true });
});

function logIn(password: string): void {
  const auth = Buffer.from(`${registry.credentials!.username}:${password}`).toString("base64");
  writeFileSync(
    join(folder, "config.json"),
    JSON.stringify({ auths: { [registry.host]: { auth }, [proxy.host]: { auth } } }),
  );
}

/** Pushes an image and removes it from all nodes. Returns its digest. */
async function push(image: string, name: string): Promise<string> {
  await swarm.nodes[0]!.loadImage(image);
  const digest = await registry.push(manager, image, name);
  const { Id } = await manager.call("GET", `/images/${image}/json`);
  await manager.call("DELETE", `/images/${Id}?force=true`);
  return digest;
}

const ofdeploy = (...words: string[]): Promise<ProcessResult> =>
  callOfdeploy([...words, "--platform", "swarm", "--host", swarm.nodes[0]!.host], { DOCKER_CONFIG: folder });

const onFile = (command: string, ...words: string[]): Promise<ProcessResult> =>
  ofdeploy(command, "--file", file, ...words);

/** A file of global apps, each with its image and additional lines. */
function writeApps(apps: Record<string, readonly [image: string, ...more: string[]]>): void {
  const lines = Object.entries(apps).flatMap(([key, [image, ...more]]) => [
    `  ${key}:`,
    `    uuid: ${key.toUpperCase()}`,
    `    image: ${image}`,
    "    image_pull_policy: always",
    "    command: sleep 3600",
    "    stop_grace_period: 1s",
    "    deploy: { mode: global, update_config: { parallelism: 0 } }",
    ...more.map((line) => `    ${line}`),
  ]);
  writeFileSync(file, ["name: images", "apps:", ...lines, ""].join("\n"));
}

/** The containers on each node, from its engine: id and image. */
const onNodes = (service: string): Promise<{ id: string; image: string }[][]> =>
  Promise.all(
    swarm.nodes.map(async ({ api }) => {
      const containers: { Id: string; Image: string; Labels: Record<string, string> }[] = await api.call(
        "GET",
        "/containers/json",
      );
      return containers
        .filter(({ Labels }) => Labels["com.docker.swarm.service.name"] === service)
        .map(({ Id, Image }) => ({ id: Id, image: Image }));
    }),
  );
const imagesOnNodes = async (service: string): Promise<string[]> =>
  (await onNodes(service)).flat().map(({ image }) => image);

const services = async (): Promise<string[]> =>
  ((await manager.call("GET", "/services")) as { Spec: { Name: string } }[]).map(({ Spec }) => Spec.Name).sort();
const configs = (): Promise<object[]> => manager.call("GET", "/configs");

test("plan shows both digests of a tag that was pushed again, up updates every node, and a second up changes nothing", async () => {
  const image = `${registry.host}/app:moving`;
  const before = await push(TEST_IMAGE, "app:moving");
  writeApps({ edge: [image] });
  const first = await onFile("up");
  expect(first, first.stderr).toMatchObject({ code: 0 });
  expect(await imagesOnNodes("edge")).toEqual(Array(3).fill(`${image}@${before}`));
  expect((await onFile("ps")).stdout).toContain(`${image}@${before.slice(0, 19)}`);
  expect(await onFile("plan")).toMatchObject({ code: 0 });

  const after = await push(TEST_ENTRYPOINT_IMAGE, "app:moving");
  expect(after).not.toBe(before);
  const plan = await onFile("plan", "--json");
  expect(plan, plan.stderr).toMatchObject({ code: 2 });
  expect(plan.stdout).toContain(`${image}@${before}`);
  expect(plan.stdout).toContain(`${image}@${after}`);
  const shown = await onFile("plan");
  expect(shown.stdout).toMatch(new RegExp(`image +\\S*${before.slice(0, 15)}\\S* => \\S*${after.slice(0, 15)}`));

  const rolled = await onFile("up");
  expect(rolled, rolled.stderr).toMatchObject({ code: 0, stdout: expect.stringMatching(/edge +updated +3\/3/) });
  const running = await onNodes("edge");
  expect(running.flat().map((container) => container.image)).toEqual(Array(3).fill(`${image}@${after}`));

  const again = await onFile("up");
  expect(again, again.stderr).toMatchObject({ code: 0, stdout: expect.stringMatching(/edge +unchanged +3\/3/) });
  expect(await onNodes("edge")).toEqual(running);
  expect(await onFile("plan")).toMatchObject({ code: 0 });
});

test("up fails with UNAUTHORIZED before any service is created if the password is wrong, and does not print it", async () => {
  writeApps({ edge: [`${registry.host}/app:1`], other: [`${registry.host}/app:1`] });
  logIn("close-barley");
  try {
    const up = await onFile("up");
    expect(up).toMatchObject({ code: 4, stderr: expect.stringMatching(/^error\[UNAUTHORIZED\] /m) });
    expect(up.stderr).toContain(`docker login ${registry.host}`);
    expect(`${up.stdout}${up.stderr}`).not.toContain("close-barley");
    expect(await services()).toEqual([]);
    expect(await configs()).toEqual([]);
  } finally {
    logIn(registry.credentials!.password);
  }
});

// Takes 40 s, so that only `npm run test:all` runs it.
if (everyVariant)
  test("up names a registry that stops during the run, removes the new services and keeps the running ones", async () => {
    await push(TEST_IMAGE, "kept:1");
    await push(TEST_ENTRYPOINT_IMAGE, "cut:1");
    const [kept, cut] = [`${proxy.host}/kept:1`, `${proxy.host}/cut:1`];
    writeApps({ kept: [kept] });
    const first = await onFile("up");
    expect(first, first.stderr).toMatchObject({ code: 0 });
    const before = await imagesOnNodes("kept");

    // One app has been updated and one created when the registry stops during the pull of a third.
    writeApps({
      kept: [kept, "environment: [LEVEL=debug]"],
      made: [kept],
      cut: [cut, "depends_on: { kept: { condition: service_healthy }, made: { condition: service_healthy } }"],
    });
    const ended = onFile("up");
    // The first request is the one of the manager for the digest.
    await expect.poll(services, { interval: 5 }).toEqual(["cut", "kept", "made"]);
    await proxy.slow(/GET \/v2\/cut\/blobs/);
    await proxy.stop();
    const up = await ended;
    expect(up, up.stdout).toMatchObject({ code: 1 });
    expect(up.stderr).toMatch(
      new RegExp(`^error\\[IMAGE_NOT_FOUND\\] .*rejected on node-\\d: No such image: ${cut}`, "m"),
    );
    expect(up.stderr).toMatch(new RegExp(`hint: Check that ${proxy.host} has the image, that node-\\d can reach it`));
    expect(up.stdout).toContain("images now: 1 previous version");

    expect(await services()).toEqual(["kept"]);
    expect(await configs()).toEqual([]);
    expect(await imagesOnNodes("kept")).toEqual(before);
    const { Spec } = await manager.call("GET", "/services/kept");
    expect(Spec.TaskTemplate.ContainerSpec.Env).not.toContain("LEVEL=debug");
  });
