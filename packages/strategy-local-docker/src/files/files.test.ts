import { inspect } from "node:util";
import { DeploymentError } from "@openfactory/deploy-core";
import { FILE_VOLUME_LABEL } from "@openfactory/docker-translators";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { VolumeEngine } from "../../test/volume-engine.js";
import { createResource, listResources, removeResource } from "../resources.js";
import { contentOf } from "./archive.js";
import { missingFiles, prepareFiles } from "./prepare-files.js";

const CONTENT = Buffer.from("s3cr3t\0\xff\n", "latin1");
const labels = Object.freeze({ team: "mill" });
const spec = (name = "token", content: Uint8Array = CONTENT) => ({ kind: "secret", name, labels, content }) as const;
const request = (secrets: object[]) => ({ name: "mill", secrets }) as Parameters<typeof prepareFiles>[1];

let memory: VolumeEngine;
let engine: ReturnType<VolumeEngine["engine"]>;
beforeEach(() => {
  memory = new VolumeEngine();
  engine = memory.engine();
  vi.useRealTimers();
});

const contents = (): Record<string, string> =>
  Object.fromEntries(
    [...memory.volumes.values()].map(({ Name, archive }) => [
      Name,
      archive ? contentOf(archive).toString("latin1") : "-",
    ]),
  );

test("a secret is a volume with its labels and content, and nothing else is left", async () => {
  const made = await createResource(engine, spec(), {});
  expect(made).toEqual({ kind: "secret", name: "token", id: "openfactory-secret.token", labels });
  expect(contents()).toEqual({ "openfactory-secret.token": CONTENT.toString("latin1") });
  expect(memory.names()).toEqual(["openfactory-secret.token"]);
  expect(memory.volumes.get(made.id)?.Labels).toEqual({ ...labels, [FILE_VOLUME_LABEL]: made.id });
  expect(await listResources(engine, { kinds: ["volume", "secret", "config"] })).toEqual([made]);
});

test("a volume that a user created under the name of a config is that config", async () => {
  await engine.volumes.create({ Name: "openfactory-config.app", Labels: null });
  await engine.volumes.create({ Name: "data", Labels: null });
  expect(await listResources(engine, { kinds: ["volume", "secret", "config"] })).toEqual([
    { kind: "config", name: "app", id: "openfactory-config.app", labels: {} },
    { kind: "volume", name: "data", id: "data", labels: {} },
  ]);
  await removeResource(engine, "config", "app", {});
  expect(memory.names()).toEqual(["data"]);
});

test.each([
  ["", CONTENT],
  ["-x", CONTENT],
  ["x-", CONTENT],
  ["a/b", CONTENT],
  ["a".repeat(65), CONTENT],
  ["empty", Buffer.alloc(0)],
  ["large", Buffer.alloc(500 * 1024)],
])(
  "a secret with the name %j, or with a size that a swarm rejects, is rejected before any call",
  async (name, content) => {
    await expect(createResource(engine, spec(name, content), {})).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect(memory.calls).toEqual([]);
  },
);

test("a secret just below the size limit is accepted", async () => {
  await createResource(engine, spec("a".repeat(64), Buffer.alloc(500 * 1024 - 1, 7)), {});
  await createResource(engine, { ...spec("config", Buffer.alloc(1000 * 1024 - 1, 7)), kind: "config" }, {});
});

describe("an interrupted creation", () => {
  const countCalls = async (): Promise<number> => {
    const counted = new VolumeEngine();
    await createResource(counted.engine(), spec(), {});
    return counted.calls.length;
  };

  test("that fails at any call leaves nothing behind, and its error does not contain the content", async () => {
    for (let index = 0; index < (await countCalls()); index += 1) {
      memory = new VolumeEngine();
      engine = memory.engine();
      memory.onCall = (at) => {
        if (at === index) throw new DeploymentError("ENGINE_ERROR", "down", { hint: "None." });
      };
      const error: unknown = await createResource(engine, spec(), {}).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error, `call ${index}`).toMatchObject({ code: "ENGINE_ERROR" });
      expect(inspect(error, { depth: 9 })).not.toContain("s3cr3t");
      // A cleanup can't do without the call that fails.
      const isCleanup = memory.calls[index]?.startsWith("remove");
      if (!isCleanup) expect(memory.names(), `call ${index}: ${memory.calls[index]}`).toEqual([]);
    }
  });

  test("is listed as incomplete after a kill at any call, and the next creation or a removal completes it", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    for (let index = 0; index < (await countCalls()); index += 1) {
      for (const next of ["create", "remove"]) {
        memory = new VolumeEngine();
        engine = memory.engine();
        memory.onCall = (at) => {
          if (at >= index) throw new DeploymentError("ENGINE_UNREACHABLE", "killed", { hint: "None." });
        };
        await createResource(engine, spec(), {}).catch(() => undefined);
        memory.onCall = () => vi.setSystemTime(Date.now() + 60_000);
        const [listed] = await listResources(engine, { kinds: ["secret"] });
        const left = memory.names();
        if (left.length === 0) expect(listed).toBeUndefined();
        else expect(listed, left.join()).toMatchObject({ name: "token", labels, incomplete: true });
        const wanted = request([{ name: "token" }]);
        await expect(prepareFiles(engine, wanted, {})).rejects.toMatchObject({
          code: "NOT_FOUND",
          field: "secrets[0]",
        });
        if (next === "create") {
          expect(await createResource(engine, spec(), {})).not.toHaveProperty("incomplete");
          expect(contents()).toEqual({ "openfactory-secret.token": CONTENT.toString("latin1") });
          expect(memory.names(), `call ${index}`).toEqual(["openfactory-secret.token"]);
        } else if (left.length > 0) {
          await removeResource(engine, "secret", "token", {});
          expect(memory.names(), `call ${index}`).toEqual([]);
        }
      }
    }
  });

  test.each([
    [10, "completes it"],
    [11, "rejects"],
  ])("the next creation, whose removal of the remains fails %i times, %s", async (times) => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const interrupt = (_: number, call: string): void => {
      if (call === "write" || call.startsWith("remove")) throw new DeploymentError("ENGINE_UNREACHABLE", "killed");
    };
    memory.onCall = interrupt;
    await createResource(engine, spec(), {}).catch(() => undefined);
    // As if other processes removed the same container.
    let failures = 0;
    memory.onCall = (_, call) => {
      vi.setSystemTime(Date.now() + 60_000);
      if (call !== "remove container" || failures === times) return;
      failures += 1;
      throw new DeploymentError("CONFLICT", "removal of container c2 is already in progress", { hint: "None." });
    };
    const created = createResource(engine, spec(), {});
    if (times > 10) return expect(created).rejects.toMatchObject({ code: "CONFLICT" });
    await created;
    expect(memory.names()).toEqual(["openfactory-secret.token"]);
  });

  test("rejects with ABORTED when the signal fires at any call, and leaves nothing behind", async () => {
    for (let index = 0; index < (await countCalls()) - 1; index += 1) {
      memory = new VolumeEngine();
      const controller = new AbortController();
      memory.onCall = (at) => at === index && controller.abort();
      const { signal } = controller;
      const call = createResource(memory.engine(), spec(), { signal });
      await expect(call, `call ${index}`).rejects.toMatchObject({ code: "ABORTED" });
      expect(memory.names(), `call ${index}`).toEqual([]);
    }
  });
});

test("of ten concurrent creations, one succeeds", async () => {
  const all = await Promise.allSettled(Array.from({ length: 10 }, () => createResource(engine, spec(), {})));
  expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const one of all)
    if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "ALREADY_EXISTS", field: "name" });
  expect(memory.names()).toEqual(["openfactory-secret.token"]);
});

describe("a reference with another owner or mode", () => {
  const reference = { name: "token", uid: "1000", gid: "1001", mode: 0o400 };
  const copy = "openfactory-secret-1000-1001-400.token";

  test("has a copy of the file, which is made once", async () => {
    await createResource(engine, spec(), {});
    await createResource(engine, spec("token2"), {});
    const mountpoints = await prepareFiles(engine, request([reference, { name: "token2" }]), {});
    expect(mountpoints).toMatchObject({
      [copy]: `/var/lib/docker/volumes/${copy}/_data`,
      "openfactory-secret.token2": "/var/lib/docker/volumes/openfactory-secret.token2/_data",
    });
    expect(contents()[copy]).toBe(CONTENT.toString("latin1"));
    expect(memory.volumes.get(copy)?.owner).toBe("1000:1001");
    memory.calls.length = 0;
    await prepareFiles(engine, request([reference]), {});
    expect(memory.calls).toEqual(["list volumes"]);
  });

  test("has a copy that is not a resource, and is removed with the secret", async () => {
    await createResource(engine, spec(), {});
    await createResource(engine, spec("other.token"), {});
    await prepareFiles(engine, request([reference]), {});
    expect((await listResources(engine, { kinds: ["secret"] })).map(({ name }) => name)).toEqual([
      "other.token",
      "token",
    ]);
    await removeResource(engine, "secret", "token", {});
    expect(memory.names()).toEqual(["openfactory-secret.other.token"]);
  });
});

test("a request without secrets and configs takes no call", async () => {
  expect(await prepareFiles(engine, { name: "mill" }, {})).toEqual({});
  expect(memory.calls).toEqual([]);
});

test("missing secrets and configs are found by their exact name and kind", async () => {
  await createResource(engine, spec(), {});
  const wanted = { name: "mill", secrets: [{ name: "token" }, { name: "toke" }], configs: [{ name: "token" }] };
  await expect(prepareFiles(engine, wanted, {})).rejects.toMatchObject({
    code: "NOT_FOUND",
    service: "mill",
    field: "secrets[1]",
    message: "There is no secret toke on unix:///memory.sock.",
  });
  expect(missingFiles(wanted, new Map(), "here").map(({ field, message }) => `${field}: ${message}`)).toEqual([
    "secrets[0]: There is no secret token on here",
    "secrets[1]: There is no secret toke on here",
    "configs[0]: There is no config token on here",
  ]);
});
