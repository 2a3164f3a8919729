import type { ContainerDetails } from "@openfactory/docker-engine";
import { fails, fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { revisionOf } from "./settings.js";
import { LocalDockerDeploymentStrategy } from "./strategy.js";

const request = { name: "demo", image: "reg:5000/demo:1", imagePullPolicy: "always" as const };
const digestOf = (digit: string): string => `sha256:${digit.repeat(64)}`;
const known = {
  Id: "x",
  RepoTags: [],
  RepoDigests: [`other@${digestOf("9")}`, `reg:5000/demo@${digestOf("2")}`, `reg:5000/demo@${digestOf("1")}`],
};
const settingsOf = (answers: Parameters<typeof fakeEngine>[0], options = {}, more = {}) =>
  new LocalDockerDeploymentStrategy(fakeEngine(answers).engine, options).settingsOf({ ...request, ...more });

test.each([
  ["the registry's image", () => digestOf("5"), known, `reg:5000/demo:1@${digestOf("5")}`],
  [
    "the digest that readSettings() returns for the same image",
    () => digestOf("2"),
    known,
    `reg:5000/demo:1@${digestOf("1")}`,
  ],
  ["the engine's image if no registry answers", fails("ENGINE_ERROR"), known, `reg:5000/demo:1@${digestOf("1")}`],
  ["the engine's image if the registry takes too long", fails("TIMEOUT"), known, `reg:5000/demo:1@${digestOf("1")}`],
  ["the tag if no digest is known", fails("ENGINE_ERROR"), { ...known, RepoDigests: [] }, "reg:5000/demo:1"],
])("settingsOf() with `always` has %s", async (_, digest, image, expected) => {
  expect(await settingsOf({ "images.inspect": () => image, "images.digest": digest })).toMatchObject({
    image: expected,
  });
});

test("settingsOf() makes no registry call for a pinned image", async () => {
  const image = `demo@sha256:${"a".repeat(64)}`;
  expect(await settingsOf({ "images.inspect": fails("IMAGE_NOT_FOUND") }, {}, { image })).toMatchObject({ image });
});

test.each(["IMAGE_NOT_FOUND", "UNAUTHORIZED"] as const)(
  "settingsOf() rejects with %s if the registry does",
  async (code) => {
    const settings = settingsOf({ "images.inspect": () => known, "images.digest": fails(code) });
    await expect(settings).rejects.toMatchObject({ code, service: "demo", strategy: "docker" });
  },
);

test("settingsOf() has the mode if replicas are emulated", async () => {
  const answers = { "images.inspect": fails("IMAGE_NOT_FOUND") };
  const replicated = {
    imagePullPolicy: "missing" as const,
    mode: { Replicated: { Replicas: 3 } },
    env: ["APP_UUID=D"],
  };
  expect(await settingsOf(answers, {}, replicated)).not.toHaveProperty("mode");
  expect(await settingsOf(answers, { emulateReplicas: true }, replicated)).toMatchObject({
    name: "demo",
    mode: replicated.mode,
    env: ["APP_UUID=D"],
  });
  const ports = { 8080: 80 };
  await expect(settingsOf(answers, { emulateReplicas: true }, { ...replicated, ports })).rejects.toMatchObject({
    code: "INVALID_REQUEST",
  });
});

test("settingsOf() rejects without values of env in its error", async () => {
  const settings = settingsOf({}, {}, { env: ["TOKEN=s3cret"], name: "x y" });
  await expect(settings).rejects.toMatchObject({
    code: "INVALID_REQUEST",
    message: expect.not.stringContaining("s3cret"),
  });
});

const container = (id: string, hostConfig: object = {}, networks: object = { bridge: {} }) =>
  ({
    Id: id,
    HostConfig: { Memory: 0, ...hostConfig },
    NetworkSettings: { Networks: networks },
  }) as unknown as ContainerDetails;

test("revisionOf() is the same for the same containers and limits in any state", () => {
  const running = { ...container("a"), State: { Running: true } } as ContainerDetails;
  expect(revisionOf([running, container("b")])).toBe(revisionOf([container("a"), container("b")]));
});

test.each([
  ["another container", [container("b")]],
  ["one more container", [container("a"), container("b")]],
  ["another limit", [container("a", { Memory: 1 })]],
  ["another restart policy", [container("a", { RestartPolicy: { Name: "no" } })]],
  ["another network", [container("a", {}, { bridge: {}, plant: {} })]],
])("revisionOf() differs for %s", (_, containers) => {
  expect(revisionOf(containers)).not.toBe(revisionOf([container("a")]));
});
