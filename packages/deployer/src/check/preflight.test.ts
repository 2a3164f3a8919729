import { DeploymentError, type PreflightProblem } from "@openfactory/deploy-core";
import { MemoryEngine } from "@openfactory/strategy-memory";
import { expect, test, vi } from "vitest";
import { ALL, app, changes, memory, network, project } from "../../test/fixtures.js";
import { up } from "../operations/up.js";

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

test("preflight receives the listing of the plan", async () => {
  const strategy = withProblems();
  const [list, preflight] = [vi.spyOn(strategy, "list"), vi.spyOn(strategy, "preflight")];
  await up(strategy, project(app("web")));
  expect(preflight).toHaveBeenCalledOnce();
  expect(preflight.mock.calls[0]?.[1]?.listed).toBe(await list.mock.results[0]?.value);
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
