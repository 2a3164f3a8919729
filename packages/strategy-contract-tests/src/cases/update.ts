import {
  DeploymentError,
  type DeployRequest,
  parseRequest,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import { describe, expect, test, type TestContext } from "vitest";
import { expectRestUnset, expectSettings, fullName } from "../compare-settings.js";
import { everything, type FieldSample, fieldSamples, partOf } from "../samples/field-samples.js";
import type { Suite } from "../suite.js";
import { freeze } from "../utilities.js";

/** Updates of a service to a request. */
export function updateCases(suite: Suite): void {
  const first = (): DeployRequest => {
    const labels = suite.isSupported({ labels: { a: "b" } })
      ? { labels: { "org.example.kept": "1", "org.example.dropped": "1" } }
      : {};
    return suite.request({ env: ["VERSION=1", "DROPPED=1"], ...labels });
  };
  const second = (request: DeployRequest): DeployRequest => ({
    ...request,
    env: ["VERSION=2"],
    ...(request.labels && { labels: { ...suite.target.labels, "org.example.kept": "2" } }),
  });

  test("update() replaces every setting of the service with those of the request", async (context) => {
    const strategy = suite.with(context, "update");
    const request = await suite.deployRunning(first());
    const changed = second(request);
    const deployment = await strategy.update(changed);
    expect(deployment.name).toBe(request.name);
    await suite.eventually(
      "it has the new settings",
      () => suite.settings(request.name),
      ({ env }) => env.includes("VERSION=2"),
    );
    await suite.untilRunning(request.name);
    const settings = await suite.settings(request.name);
    expectSettings(settings, parseRequest(changed));
    expect(settings.env).not.toContain("DROPPED=1");
    expect(settings.labels).not.toHaveProperty(["org.example.dropped"]);
    expect([...deployment.ids].sort()).toEqual([...settings.ids].sort());
    expect(await suite.existing()).toEqual([request.name]);
  });

  test("update() to all supported fields and then to none of them applies each and keeps none", async (context) => {
    const strategy = suite.with(context, "update");
    const plain = await suite.deployRunning(suite.request({ env: ["A=1"] }));
    for (const part of [await everything(suite), {}]) {
      const request = { ...plain, ...part, name: plain.name, env: ["A=1"] };
      const deployment = await strategy.update(request);
      expect(deployment.image.startsWith(request.image)).toBe(true);
      const settings = await suite.settings(plain.name);
      expectSettings(settings, parseRequest(request));
      expectRestUnset(suite, settings, request);
    }
    await suite.untilRunning(plain.name);
  });

  describe("wait() after an update waits for the new version", () => {
    const changes: Record<string, (suite: Suite) => Promise<Partial<DeployRequest>>> = {
      "another command": async ({ programs }) => ({
        command: programs.print([{ stream: "stdout", line: "the new version" }]),
      }),
      "another port": async () => ({ ports: { [await suite.freePort()]: 80 } }),
    };
    test.for(Object.entries(changes))("%s", async ([, change], context) => {
      const [updates, waits] = [suite.with(context, "update"), suite.with(context, "wait")];
      const part = await change(suite);
      suite.skipUnlessSupported(context, part);
      const request = await suite.deployRunning(suite.request({ command: suite.programs.run() }));
      const before = await suite.untilRunning(request.name);
      await updates.update({ ...request, ...part });
      const status = await waits.wait(request.name);
      expect(status).toMatchObject({ state: "running", replicas: { running: 1, desired: 1 } });
      const after = await suite.untilRunning(request.name);
      expect(after).not.toEqual(before);
      expect(status.instances.filter(({ state }) => state === "running").map(({ id }) => id)).toEqual(after);
      if (part.command) {
        const output = () => suite.probes.output(request.name);
        await suite.eventually("the new version writes", output, (lines) => lines.includes("the new version"));
      }
    });
  });

  test("update() changes no other service", async (context) => {
    const strategy = suite.with(context, "update");
    const request = await suite.deployRunning(first());
    const other = await suite.deployRunning({ ...request, name: suite.owned(`${request.name}-x`) });
    const before = { settings: await suite.settings(other.name), ids: await suite.untilRunning(other.name) };
    await strategy.update(second(request));
    expect({ settings: await suite.settings(other.name), ids: await suite.untilRunning(other.name) }).toEqual(before);
  });

  test("update() leaves a frozen request unchanged, and ignores changes that the caller makes while it runs", async (context) => {
    const strategy = suite.with(context, "update");
    const { name } = await suite.deployRunning(first());
    const frozen = freeze({ ...second(first()), name });
    const before = structuredClone(frozen);
    await strategy.update(frozen, Object.freeze({}));
    expect(frozen).toEqual(before);
    const env = ["VERSION=3"];
    const updating = strategy.update({ ...frozen, env });
    env[0] = "VERSION=4";
    await updating;
    expect((await suite.settings(name)).env).toContain("VERSION=3");
  });

  test("update() with an unsupported field warns, and in strict mode rejects with UNSUPPORTED and changes nothing", async (context) => {
    const strategy = suite.with(context, "update");
    const request = await suite.deployRunning(first());
    const changed = await withUnsupportedField(context, second(request));
    const before = { settings: await suite.settings(request.name), ids: await suite.untilRunning(request.name) };
    const error = await suite.fails(strategy.update(changed, { strict: true }), "UNSUPPORTED", request.name);
    expect(error.field).toBeTruthy();
    expect({ settings: await suite.settings(request.name), ids: await suite.untilRunning(request.name) }).toEqual(
      before,
    );
    const { warnings } = await strategy.update(changed);
    expect(warnings.filter(({ code }) => code === "FIELD_NOT_SUPPORTED")).toEqual(suite.declared(changed).warnings);
    expect((await suite.settings(request.name)).env).toContain("VERSION=2");
  });

  /** The request with the first sample of a field that the strategy reports as not supported, and does not refuse. */
  const withUnsupportedField = async (context: TestContext, request: DeployRequest): Promise<DeployRequest> => {
    const never: FieldSample = { title: "never", part: { imagePullPolicy: "never" } };
    for (const sample of [...fieldSamples, never]) {
      const whole = { ...request, ...(await partOf(sample, suite)), env: request.env ?? [] };
      const { warnings, refused } = suite.declared(whole);
      if (warnings.length > 0 && !refused) return whole;
    }
    return context.skip("the strategy supports every field, or refuses it");
  };

  test("inspect() returns the image and labels of the previous version after an update", async (context) => {
    const [strategy, reader] = [suite.with(context, "update"), suite.with(context, "inspect")];
    suite.with(context, "rollback");
    const quick: Partial<DeployRequest> = { updateConfig: { Monitor: 500_000_000 } };
    const request = await suite.deployRunning({ ...first(), ...(suite.isSupported(quick) && quick) });
    await strategy.update(second(request));
    if (supports(strategy, "wait")) await strategy.wait(request.name);
    const { previous } = await reader.inspect(request.name);
    expect(fullName(previous?.image ?? "")).toBe(fullName(request.image));
    expect(previous?.labels).toMatchObject(request.labels ?? {});
  });

  test("wait() and inspect() count no restart of a service that was updated", async (context) => {
    const [strategy, reader] = [suite.with(context, "update"), suite.with(context, "inspect")];
    const waiting = suite.with(context, "wait");
    const request = await suite.deployRunning(first());
    await strategy.update(second(request));
    const restartsOf = ({ instances }: ServiceStatus): (number | undefined)[] =>
      instances.filter(({ state }) => state === "running").map(({ restarts }) => restarts);
    expect(restartsOf(await waiting.wait(request.name))).toEqual([0]);
    expect(restartsOf(await reader.inspect(request.name))).toEqual([0]);
  });

  test("inspect() returns the labels of the version that an update creates, and remove() of that version keeps the service", async (context) => {
    const [strategy, reader] = [suite.with(context, "update"), suite.with(context, "inspect")];
    // Never healthy, so that the update does not end.
    const healthcheck = { Test: ["CMD-SHELL", "exit 1"], Interval: 1e9, Retries: 1000 };
    suite.skipUnlessSupported(context, { labels: { a: "b" }, healthcheck });
    const request = await suite.deployRunning(first());
    const ids = await suite.untilRunning(request.name);
    const controller = new AbortController();
    const updating = Promise.allSettled([
      strategy.update({ ...second(request), healthcheck }, { signal: controller.signal }),
    ]);
    const isNew = ({ labels }: Pick<ServiceStatus, "labels">): boolean => labels["org.example.kept"] === "2";
    const status = await suite.eventually(
      "the labels of the new version are returned",
      () => reader.inspect(request.name),
      ({ labels, unfinishedVersion }) => isNew({ labels }) || (unfinishedVersion && isNew(unfinishedVersion)) === true,
    );
    const version = status.unfinishedVersion;
    if (isNew(status) || version === undefined) {
      controller.abort();
      await updating;
      return;
    }
    expect(version).toMatchObject({ versionOf: request.name, image: expect.any(String) });
    expect(status.unfinished).toBe(true);
    await strategy.remove(version.name, { wait: true });
    const [outcome] = await updating;
    expect(outcome.status).toBe("rejected");
    const after = await reader.inspect(request.name);
    expect(isNew(after)).toBe(false);
    expect({ unfinished: after.unfinished, version: after.unfinishedVersion }).toEqual({});
    expect(await suite.untilRunning(request.name)).toEqual(ids);
    await suite.fails(strategy.remove(version.name), "NOT_FOUND");
  });

  test("update() of a missing service rejects with NOT_FOUND and creates nothing", async (context) => {
    const strategy = suite.with(context, "update");
    const request = suite.request();
    await suite.failsCleanly(() => strategy.update(request), "NOT_FOUND", request.name);
  });

  test("a rejected update leaves the service unchanged", async (context) => {
    const strategy = suite.with(context, "update");
    const request = await suite.deployRunning(first());
    const before = { settings: await suite.settings(request.name), ids: await suite.untilRunning(request.name) };
    await suite.fails(strategy.update({ ...request, image: "" }), "INVALID_REQUEST", request.name);
    await suite.fails(strategy.update(second(request), { signal: AbortSignal.abort() }), "ABORTED", request.name);
    if (suite.isSupported({ networks: ["x"] })) {
      await suite.fails(
        strategy.update({ ...second(request), networks: [suite.name()] }),
        "NETWORK_NOT_FOUND",
        request.name,
      );
    }
    expect({ settings: await suite.settings(request.name), ids: await suite.untilRunning(request.name) }).toEqual(
      before,
    );
  });
}

/** Updates that reuse a host port or volume of the service, and the remains of an update. */
export function updateHeldCases(suite: Suite): void {
  const version = (request: DeployRequest, number: number): DeployRequest => ({
    ...request,
    env: [`VERSION=${number}`],
  });
  const isVersion = async (name: string, number: number): Promise<void> => {
    await suite.eventually(
      `it is version ${number}`,
      () => suite.settings(name),
      ({ env }) => env.includes(`VERSION=${number}`),
    );
    await suite.untilRunning(name);
  };
  /** A part of a request that two processes can't share, or should not. */
  const exclusive: [string, (context: TestContext) => Promise<Partial<DeployRequest>>][] = [
    [
      "a host port",
      async (context) => {
        suite.skipUnlessSupported(context, { ports: { 80: 80 } });
        return { ports: { [await suite.freePort()]: 80 } };
      },
    ],
    [
      "a volume",
      async (context) => {
        suite.skipUnlessSupported(context, { mounts: [{ Target: "/data" }] });
        return { mounts: [{ Type: "volume", Source: (await suite.target.volume?.()) ?? "none", Target: "/data" }] };
      },
    ],
  ];

  test.for(exclusive)("update() and rollback() of a service with %s succeed", async ([, part], context) => {
    const strategy = suite.with(context, "update");
    const request = await suite.deployRunning(version(suite.request(await part(context)), 1));
    await strategy.update(version(request, 2));
    await isVersion(request.name, 2);
    if (!supports(strategy, "rollback")) return;
    await strategy.rollback(request.name);
    await isVersion(request.name, 1);
  });

  test.for(exclusive)(
    "a rejected update of a service with %s to a missing program keeps the service running",
    async ([, part], context) => {
      const strategy = suite.with(context, "update");
      suite.skipUnlessSupported(context, { command: ["x"] });
      const request = await suite.deployRunning(version(suite.request(await part(context)), 1));
      const absent = { ...version(request, 2), command: suite.programs.absent() };
      const refused = await strategy.update(absent).then(
        () => false,
        (error: unknown) => (DeploymentError.isInstance(error) ? true : Promise.reject(error)),
      );
      if (refused) await isVersion(request.name, 1);
      expect(await suite.existing(), "nothing is left behind").toEqual([request.name]);
    },
  );

  test("update() leaves one service, and remove() nothing of it", async (context) => {
    const strategy = suite.with(context, "update");
    const request = await suite.deployRunning(version(suite.request(), 1));
    for (const number of [2, 3]) {
      await strategy.update(version(request, number));
      await isVersion(request.name, number);
    }
    if (supports(strategy, "list")) {
      expect((await strategy.list()).map(({ name }) => name).filter((name) => suite.owns(name))).toEqual([
        request.name,
      ]);
    }
    await strategy.remove(request.name, { wait: true });
    expect(await suite.existing()).toEqual([]);
  });
}
