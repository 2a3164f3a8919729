import { randomBytes } from "node:crypto";
import type { DeployRequest } from "@openfactory/deploy-core";
import { createEngine } from "@openfactory/docker-engine";
import { containerTarget, TEST_LABELS } from "@openfactory/docker-probes";
import { RawEngine, startRegistry, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, afterEach, expect, test } from "vitest";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";

const host = process.env["DOCKER_HOST"] ?? "";
const raw = new RawEngine(host);
const strategy = new LocalDockerDeploymentStrategy(createEngine({ host }));
const target = containerTarget(strategy, raw);
const run = `pre-${randomBytes(3).toString("hex")}`;
const port = 20_000 + Math.floor(Math.random() * 10_000);

const service = (name: string, part: Partial<DeployRequest> = {}): DeployRequest => ({
  name: `${run}-${name}`,
  image: TEST_IMAGE,
  command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done"],
  labels: TEST_LABELS,
  ...part,
});

afterEach(async () => {
  for (const name of ["x", "other"]) await target.cleanup(`${run}-${name}`);
});
afterAll(async () => {
  await raw.request("DELETE", `/volumes/${run}-v`);
  await target.close();
});

/** Checks that a deploy rejects with the first problem. @returns the codes of all problems. */
async function preflightAndDeploy(request: DeployRequest): Promise<string[]> {
  const found = await strategy.preflight([{ request, updates: false }]);
  const deployed = await strategy.deploy(request).then(
    () => "done",
    (error: { code: string }) => error.code,
  );
  expect(deployed).toBe(found[0]?.code ?? "done");
  return found.map(({ code }) => code);
}

test("preflight() reports the error with which deploy() rejects", async () => {
  await strategy.deploy(service("other", { ports: { [port]: 80 } }));
  expect(await preflightAndDeploy(service("x"))).toEqual([]);
  expect(await preflightAndDeploy(service("x"))).toEqual(["ALREADY_EXISTS"]);
  await strategy.remove(`${run}-x`);
  expect(await preflightAndDeploy(service("x", { ports: { [port]: 81 } }))).toEqual(["CONFLICT"]);
  expect(await preflightAndDeploy(service("x", { networks: [`${run}-none`] }))).toEqual(["NETWORK_NOT_FOUND"]);
  expect(await preflightAndDeploy(service("x", { resources: { Limits: { NanoCPUs: 4096e9 } } }))).toEqual([
    "INVALID_REQUEST",
  ]);
  expect(await preflightAndDeploy(service("x", { image: target.images.missing }))).toEqual(["IMAGE_NOT_FOUND"]);
  expect(await strategy.preflight([{ request: service("other", { ports: { [port]: 82 } }), updates: true }])).toEqual(
    [],
  );
});

test("preflight() reports a volume that exists with other options, which deploy() would mount", async () => {
  const mounted = (size: string) =>
    service("x", {
      mounts: [
        {
          Source: `${run}-v`,
          Target: "/data",
          VolumeOptions: {
            Labels: TEST_LABELS,
            DriverConfig: { Options: { type: "tmpfs", device: "tmpfs", o: `size=${size}` } },
          },
        },
      ],
    });
  expect(await preflightAndDeploy(mounted("1m"))).toEqual([]);
  await strategy.remove(`${run}-x`);
  expect(await strategy.preflight([{ request: mounted("1m"), updates: false }])).toEqual([]);
  expect(await strategy.preflight([{ request: mounted("2m"), updates: false }])).toMatchObject([
    { code: "CONFLICT", service: `${run}-x`, field: "mounts[0]" },
  ]);
});

test("preflight() finds images in a registry, and reports missing images and denied access", async () => {
  const image = await target.images.moving!();
  const codesFor = async (reference: string) =>
    (await strategy.preflight([{ request: service("x", { image: reference }), updates: false }])).map(
      ({ code }) => code,
    );
  expect(await codesFor(image.reference)).toEqual([]);
  expect(await codesFor(image.reference.replace(/:1$/, ":2"))).toEqual(["IMAGE_NOT_FOUND"]);
  const closed = await startRegistry({ auth: true });
  try {
    expect(await codesFor(`${closed.host}/private:1`)).toEqual(["UNAUTHORIZED"]);
  } finally {
    await closed.stop();
  }
  expect(await codesFor(`${closed.host}/private:1`)).toEqual(["IMAGE_NOT_FOUND"]);
});
