import { randomBytes } from "node:crypto";
import { createEngine } from "@openfactory/docker-engine";
import { containerTarget, TEST_LABELS } from "@openfactory/docker-probes";
import { RawEngine } from "@openfactory/test-engine";
import { afterAll, afterEach, expect, test } from "vitest";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";

const host = process.env["DOCKER_HOST"] ?? "";
const strategy = new LocalDockerDeploymentStrategy(createEngine({ host }));
const target = containerTarget(strategy, new RawEngine(host));
const name = `pinned-${randomBytes(3).toString("hex")}`;

afterEach(() => target.cleanup(name));
afterAll(() => target.close());

const deployed = async () => (await strategy.inspect(name)).settings;

test("settingsOf() with `always` differs only in the digest for a service of an older image of the tag", async () => {
  const image = await target.images.moving!();
  const request = { name, image: image.reference, imagePullPolicy: "always" as const, labels: TEST_LABELS };
  await strategy.deploy(request);
  const original = await deployed();
  expect(original?.image).toMatch(new RegExp(`^${image.reference}@sha256:[0-9a-f]{64}$`));
  expect(await strategy.settingsOf(request)).toStrictEqual(original);
  expect(await strategy.list({ settings: true })).toContainEqual(expect.objectContaining({ name, settings: original }));

  await image.move();
  const moved = await strategy.settingsOf(request);
  expect(moved.image).toMatch(/@sha256:[0-9a-f]{64}$/);
  expect(moved.image).not.toBe(original?.image);
  expect({ ...moved, image: original?.image }).toStrictEqual(original);
  expect(await deployed()).toStrictEqual(original);

  await strategy.remove(name);
  await strategy.deploy(request);
  expect(await deployed()).toStrictEqual(moved);
});

test("settingsOf() with `missing` is equal for a service of an older image of the tag", async () => {
  const image = await target.images.moving!();
  const request = { name, image: image.reference, labels: TEST_LABELS };
  await strategy.deploy(request);
  await image.move();
  expect((await deployed())?.image).toBe(image.reference);
  expect(await strategy.settingsOf(request)).toStrictEqual(await deployed());
});
