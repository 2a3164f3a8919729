import { type DeployRequest, DeploymentError } from "@openfactory/deploy-core";
import { MemoryEngine } from "@openfactory/strategy-memory";
import { describe, expect, test } from "vitest";
import { ALL, app, changeManually, changes, config, fileOf, memory, network, project } from "../../test/fixtures.js";
import type { DesiredProject } from "../model/project.js";
import type { SavedPlan } from "../model/saved-plan.js";
import { planToSave } from "../plan/save-plan.js";
import { down } from "./down.js";
import { up, type UpOptions } from "./up.js";

type Strategy = ReturnType<typeof memory>;

const all = (engine = new MemoryEngine({ networks: ["front"] })): Strategy => memory({ capabilities: ALL }, { engine });

const version = (image: string, more: Partial<DeployRequest> = {}): DesiredProject =>
  project(app("web", { image, env: ["TOKEN=hunter2"], networks: ["front"], ...more }), app("db"));

/** The saved plan as it is read from a file. */
const save = async (strategy: Strategy, desired: DesiredProject, options = {}): Promise<SavedPlan> =>
  JSON.parse(JSON.stringify((await planToSave(strategy, desired, options)).saved)) as SavedPlan;

/** The differences for which a saved plan is refused. It must be refused without a change. */
async function refusal(strategy: Strategy, desired: DesiredProject, options: UpOptions): Promise<string[]> {
  strategy.calls.length = 0;
  const error: unknown = await up(strategy, desired, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!DeploymentError.isInstance(error, "CONFLICT")) throw error ?? new Error("The plan was applied.");
  expect(changes(strategy)).toEqual([]);
  expect(strategy.engine.locks.size).toBe(0);
  expect(error.message).toMatch(/^The saved plan is out of date: .*Nothing was changed\.$/);
  return error.issues.map(({ message }) => message);
}

describe("up() with a saved plan", () => {
  test("applies it if nothing has changed, and takes its options from it", async () => {
    const strategy = all();
    await up(strategy, version("demo:1"));
    const next = project(app("web", { image: "demo:2" }));
    const saved = await save(strategy, next, { prune: true });
    expect(saved.plan).toMatchObject({
      apps: [{ action: "update" }],
      orphans: [{ action: "remove" }],
      hasChanges: true,
    });
    const report = await up(strategy, next, { saved, prune: false });
    expect(report).toMatchObject({ outcome: "ok", apps: [{ outcome: "updated" }], orphans: [{ outcome: "removed" }] });
    const again = await save(strategy, next);
    expect((await up(strategy, next, { saved: again, prune: true })).apps).toMatchObject([{ outcome: "unchanged" }]);
  });

  test("is refused once it was applied", async () => {
    const strategy = all();
    const saved = await save(strategy, version("demo:1"));
    await up(strategy, version("demo:1"), { saved });
    expect(await refusal(strategy, version("demo:1"), { saved })).toEqual([
      "Web: the service was created since the plan was saved",
      "Db: the service was created since the plan was saved",
    ]);
  });

  test("is refused if the files have changed, and names the keys", async () => {
    const strategy = all();
    await up(strategy, version("demo:1"));
    const saved = await save(strategy, version("demo:2"));
    const edited = "Web: the app was edited in the files since the plan was saved";
    expect(await refusal(strategy, version("demo:3"), { saved })).toEqual([
      edited,
      "Web: image: planned demo:1 => demo:2, now demo:1 => demo:3",
    ]);
    expect(await refusal(strategy, version("demo:2", { env: ["TOKEN=hunter3"] }), { saved })).toEqual([
      edited,
      "Web: env.TOKEN: *** => *** is not in the plan",
    ]);
    const both = project(app("web", { image: "demo:2", env: ["TOKEN=hunter2"], networks: ["front"] }), app("ui"));
    expect(await refusal(strategy, both, { saved })).toEqual([
      "Ui: the app is new in the files",
      "Db: the app is no longer in the files",
      "Db: the service is not in the files, and not in the plan",
    ]);
    expect(await refusal(strategy, version("demo:1"), { saved })).toEqual([
      "Web: planned to be updated, and would now be left unchanged",
    ]);
  });

  test("is refused if a value of env differs that the plan shows masked, for a new app, too", async () => {
    const strategy = all();
    const saved = await save(strategy, version("demo:1"));
    const other = version("demo:1", { env: ["TOKEN=hunter3"] });
    expect(await refusal(strategy, other, { saved })).toEqual([
      "Web: the app was edited in the files since the plan was saved",
    ]);
    const dependent = app("db", { dependsOn: [{ service: "web", condition: "service_started" }] });
    const reordered = { ...version("demo:1"), apps: [version("demo:1").apps[0]!, dependent] };
    expect(await refusal(strategy, reordered, { saved })).toEqual([
      "Db: the app was edited in the files since the plan was saved",
    ]);
  });

  test("is refused if a service has changed, even so that the plan shows the same change", async () => {
    const strategy = all();
    await up(strategy, version("demo:1"));
    const next = version("demo:1", { env: ["TOKEN=hunter4"] });
    const saved = await save(strategy, next);
    changeManually(strategy, "web", { env: ["TOKEN=hunter3"] });
    expect(await refusal(strategy, next, { saved })).toEqual(["Web: the service was changed since the plan was saved"]);
    await strategy.remove("web");
    expect(await refusal(strategy, next, { saved })).toEqual(["Web: the service was removed since the plan was saved"]);
  });

  test("is refused if a service that it leaves unchanged has changed", async () => {
    const strategy = all();
    await up(strategy, version("demo:1"));
    const saved = await save(strategy, version("demo:2"));
    changeManually(strategy, "db", { image: "demo:9" });
    expect(await refusal(strategy, version("demo:2"), { saved })).toEqual([
      "Db: planned to be left unchanged, and would now be updated",
    ]);
  });

  test("is refused if an orphan appeared, disappeared or changed", async () => {
    const strategy = all();
    await up(strategy, project(app("web"), app("old")));
    const desired = project(app("web"));
    const saved = await save(strategy, desired, { prune: true });
    changeManually(strategy, "old", { image: "demo:9" });
    expect(await refusal(strategy, desired, { saved })).toEqual([
      "Old: the service was changed since the plan was saved",
    ]);
    await strategy.remove("old");
    expect(await refusal(strategy, desired, { saved })).toEqual([
      "Old: the service that the plan lists as not in the files is gone",
    ]);
  });

  test("is refused if a network was created again, removed, or created by something else", async () => {
    const strategy = all();
    const create = (name: string) => strategy.createResource({ kind: "network", name, labels: {} });
    await create("back");
    const desired = { ...project(app("web", { networks: ["back"] })), resources: [network("own")] };
    const saved = await save(strategy, desired);
    await strategy.removeResource("network", "back");
    expect(await refusal(strategy, desired, { saved })).toEqual([
      "the network back was removed since the plan was saved",
    ]);
    await create("back");
    await create("own");
    expect(await refusal(strategy, desired, { saved })).toEqual([
      "the network back was removed and created again since the plan was saved",
      "the network own was created since the plan was saved",
    ]);
  });

  test("is refused if a config has other content, a file is missing, or the engine is another one", async () => {
    const strategy = all();
    const file = (text: string) => fileOf("app_a.yml", [app("web")], { resources: [config("conf", text)] });
    const saved = await save(strategy, file("one"));
    expect(await refusal(strategy, file("two"), { saved })).toEqual([
      "the config conf-two is not in the plan",
      "the config conf-one is in the plan, and no longer in the files or on the engine",
    ]);
    expect(await refusal(strategy, { ...file("one"), files: ["app_a.yml", "app_b.yml"] }, { saved })).toEqual([
      "the file app_b.yml is new",
    ]);
    const other = all();
    const [engine] = await refusal(other, file("one"), { saved });
    expect(engine).toBe(`it was made for the engine ${strategy.engine.id}, and this is the engine ${other.engine.id}`);
  });

  test("is refused if the digest of an image has moved, for a new app, too", async () => {
    const strategy = all();
    const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
    strategy.options.digests = { "demo:1": digest("a") };
    const desired = project(app("web", { imagePullPolicy: "always" }));
    const saved = await save(strategy, desired);
    strategy.options.digests = { "demo:1": digest("b") };
    expect(await refusal(strategy, desired, { saved })).toEqual([
      `Web: the image is now demo:1@${digest("b")}, and was demo:1@${digest("a")}`,
    ]);
  });

  test("is compared again while the lock is held", async () => {
    const strategy = all();
    await up(strategy, version("demo:1"));
    const saved = await save(strategy, version("demo:2"));
    strategy.intercept = (call, phase) => {
      if (call.startsWith("lock ") && phase === "after") changeManually(strategy, "db", { image: "demo:9" });
    };
    expect(await refusal(strategy, version("demo:2"), { saved })).toEqual([
      "Db: planned to be left unchanged, and would now be updated",
    ]);
  });

  test("is applied whatever the positions in the file, and the state of instances", async () => {
    const strategy = all();
    await up(strategy, version("demo:1"));
    const at = (line: number): DesiredProject => {
      const desired = version("demo:2");
      return {
        ...desired,
        apps: desired.apps.map((one) => ({ ...one, location: { file: "a.yml", line, column: 1 } })),
      };
    };
    const saved = await save(strategy, at(3));
    strategy.engine.service("web").status = { replicas: { running: 1, desired: 1 }, state: "pending" };
    expect((await up(strategy, at(30), { saved })).outcome).toBe("ok");
  });
});

describe("planToSave()", () => {
  test("contains neither values of env, contents of secrets and configs, nor hashes of requests", async () => {
    const strategy = all();
    await up(strategy, version("demo:1"));
    const deployed = (await strategy.list()).find(({ name }) => name === "web");
    const desired = { ...version("demo:2", { env: ["TOKEN=hunter3"] }), resources: [config("conf", "s3cret-content")] };
    const { saved, plan } = await planToSave(strategy, desired);
    const text = JSON.stringify(saved);
    expect(text).not.toMatch(/hunter|"status"|sha256:/);
    expect(text).not.toContain(Buffer.from("s3cret-content").toString("base64"));
    for (const label of ["request", "settings"])
      for (const value of Object.entries(deployed!.labels).filter(([name]) => name.endsWith(label)))
        expect(text).not.toContain(value[1]);
    expect(text).not.toContain(deployed!.revision!);
    expect(plan.apps[0]?.status?.labels).toMatchObject(deployed!.labels);
    const { saved: other } = await planToSave(strategy, desired);
    expect(other.basis.salt).not.toBe(saved.basis.salt);
    expect(other.basis.services).not.toEqual(saved.basis.services);
  });

  test("rejects with UNSUPPORTED on a platform that can't read services", async () => {
    const blind = memory({ capabilities: ["wait"] });
    await expect(planToSave(blind, version("demo:1"))).rejects.toMatchObject({ code: "UNSUPPORTED" });
    const saved = await save(all(), version("demo:1"));
    await expect(up(blind, version("demo:1"), { saved })).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });

  test("works on a platform without revisions, settings, resources and an id of the engine", async () => {
    const strategy = memory({ capabilities: ["inspect", "wait", "update"] });
    await up(strategy, project(app("web")));
    const saved = await save(strategy, project(app("web", { image: "demo:2" })));
    expect(saved.basis.engine).toBeUndefined();
    expect(saved.basis.services).toMatchObject([{ service: "web", observed: expect.stringMatching(/^[0-9a-f]{48}$/) }]);
    await down(strategy, project(app("web")));
    const next = project(app("web", { image: "demo:2" }));
    expect(await refusal(strategy, next, { saved })).toEqual(["Web: the service was removed since the plan was saved"]);
  });
});
