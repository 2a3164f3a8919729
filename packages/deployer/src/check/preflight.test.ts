import { DeploymentError, type PreflightProblem } from "@openfactory/deploy-core";
import { MemoryEngine } from "@openfactory/strategy-memory";
import { expect, test, vi } from "vitest";
import { ALL, app, changes, memory, network, project } from "../../test/fixtures.js";
import { up } from "../operations/up.js";
import { plan } from "../plan/plan.js";

const problem = (service: string, more: Partial<PreflightProblem> = {}): PreflightProblem => ({
  code: "CONFLICT",
  service,
  field: "ports",
  message: "The host port 80 is in use by other",
  hint: "Publish another port.",
  ...more,
});
/** A strategy whose preflight finds these problems. */
const withProblems = (...problems: PreflightProblem[]) => {
  const strategy = memory({ capabilities: ALL }, { engine: new MemoryEngine({ networks: ["near", "far"] }) });
  const { preflight } = strategy;
  strategy.preflight = async (...args) => [...(await preflight.apply(strategy, args)), ...problems];
  return strategy;
};
const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (DeploymentError.isInstance(error) ? error : undefined),
  );

test("up() rejects with all problems and their positions, and changes nothing", async () => {
  const strategy = withProblems(
    problem("web"),
    problem("db", { code: "IMAGE_NOT_FOUND", field: "image", message: "no image demo:9", hint: "Build it." }),
  );
  const error = await errorOf(up(strategy, project(app("web"), app("db"))));
  expect(error).toMatchObject({ code: "CONFLICT", service: "web", field: "ports", hint: "Publish another port." });
  expect(error?.message).toBe("Web: The host port 80 is in use by other; and 1 more. Nothing was changed.");
  expect(error?.issues).toEqual([
    {
      code: "CONFLICT",
      message: "Web: The host port 80 is in use by other",
      field: "ports",
      hint: "Publish another port.",
      location: { file: "openfactory.yml", line: 2, column: 3 },
    },
    {
      code: "IMAGE_NOT_FOUND",
      message: "Db: no image demo:9",
      field: "image",
      hint: "Build it.",
      location: { file: "openfactory.yml", line: 2, column: 3 },
    },
  ]);
  expect(changes(strategy)).toEqual([]);
  expect(strategy.engine.locks.size).toBe(0);
});

test("only changing apps are checked, in one call, and none without changes or with preflight: false", async () => {
  const strategy = withProblems();
  await up(strategy, project(app("web"), app("db")));
  strategy.calls.length = 0;
  await up(strategy, project(app("web"), app("db")));
  expect(strategy.calls).toEqual(["list"]);
  await up(strategy, project(app("web", { image: "demo:2" }), app("db"), app("ui")));
  expect(strategy.calls.filter((call) => call.startsWith("preflight"))).toEqual(["preflight web ui"]);
  const blind = withProblems(problem("web"));
  expect((await up(blind, project(app("web")), { preflight: false })).outcome).toBe("ok");
});

test("preflight receives the listing that was made while the lock is held", async () => {
  const strategy = withProblems();
  const [list, preflight] = [vi.spyOn(strategy, "list"), vi.spyOn(strategy, "preflight")];
  await up(strategy, project(app("web")));
  expect(preflight).toHaveBeenCalledOnce();
  expect(preflight.mock.calls[0]?.[1]?.listed).toBe(await list.mock.results.at(-1)?.value);
});

test("resources that the run creates count as present, and fields have the index of the file", async () => {
  const seen: unknown[] = [];
  const strategy = withProblems(
    problem("web", { code: "NETWORK_NOT_FOUND", field: "networks[1]", message: "no network far" }),
  );
  const original = strategy.preflight.bind(strategy);
  strategy.preflight = (requests, options) => {
    seen.push(...requests);
    return original(requests, options);
  };
  const web = app("web", { networks: ["near", "own-net", "far"] });
  const error = await errorOf(up(strategy, { ...project(web), resources: [network("own-net")] }));
  expect(seen).toMatchObject([{ request: { networks: ["near", "far"] }, updates: false }]);
  expect(error?.issues).toMatchObject([{ field: "networks[2]" }]);
  expect(web.request.networks).toEqual(["near", "own-net", "far"]);
});

test("plan() has the problems as findings with their keys, and none for a conflict or with preflight: false", async () => {
  const strategy = withProblems(problem("web", { field: "ports[1]", message: "The host port 80 is in use." }));
  const location = { file: "openfactory.yml", line: 7, column: 5 };
  const web = { ...app("web"), sourceOf: () => ({ key: "ports[1]", location }) };
  const { findings, hasChanges } = await plan(strategy, project(web, app("db")));
  expect(hasChanges).toBe(true);
  expect(findings).toEqual([
    {
      app: "Web",
      service: "web",
      code: "CONFLICT",
      message: "The host port 80 is in use",
      hint: "Publish another port.",
      field: "ports[1]",
      key: "ports[1]",
      location,
    },
  ]);
  expect(changes(strategy)).toEqual([]);
  expect((await plan(strategy, project(web), { preflight: false })).findings).toBeUndefined();
  strategy.engine.put({ image: "demo:1", name: "web" });
  strategy.calls.length = 0;
  expect((await plan(strategy, project(web))).findings).toEqual([]);
  expect(strategy.calls).not.toContain("preflight web");
});

test("plan() warns if the preflight fails, and masks values of env in the reason", async () => {
  const strategy = withProblems();
  strategy.preflight = () => Promise.reject(new DeploymentError("ENGINE_ERROR", "The engine said hunter2hunter2."));
  const desired = project(app("web", { env: ["KEY=hunter2hunter2"] }));
  const { warnings, findings } = await plan(strategy, desired);
  expect(findings).toBeUndefined();
  expect(warnings).toEqual([
    {
      code: "PREFLIGHT_FAILED",
      reason: "The check for problems that would make `up` fail did not complete: The engine said ***.",
    },
  ]);
  strategy.preflight = () => Promise.reject(new DeploymentError("ABORTED", "Stopped."));
  await expect(plan(strategy, desired)).rejects.toMatchObject({ code: "ABORTED" });
});
