import { type DeployRequest, type OpenFactoryServiceDeploymentStrategy, supports } from "@openfactory/deploy-core";
import { expect, test, type TestContext } from "vitest";
import type { Suite } from "../suite.js";

/** A project as `@openfactory/deployer` deploys it. */
interface Project {
  project: string;
  directory: string;
  files: [];
  apps: {
    key: string;
    service: string;
    dependsOn: readonly { service: string; condition: "service_started" }[];
    request: DeployRequest;
  }[];
}

/** The functions of `@openfactory/deployer`. The suite does not depend on it: pass its module. */
export interface DeployerFunctions {
  up(
    strategy: OpenFactoryServiceDeploymentStrategy,
    project: Project,
  ): Promise<{ outcome: string; apps: readonly { app: string; outcome: string }[] }>;
  plan(
    strategy: OpenFactoryServiceDeploymentStrategy,
    project: Project,
  ): Promise<{ apps: readonly { app: string; action: string }[] }>;
  down(strategy: OpenFactoryServiceDeploymentStrategy, project: Project): Promise<{ outcome: string }>;
}

/** Settings with which the programs of the suite run, as far as the strategy supports them. */
async function someSettings(suite: Suite): Promise<Partial<DeployRequest>> {
  const parts: Partial<DeployRequest>[] = [
    { env: ["FIRST=1", "SECOND=a=b"] },
    { user: "1234:2345" },
    { hostname: "contract-host" },
    { init: true },
    { stopGracePeriod: 2e9 },
    { resources: { Limits: { MemoryBytes: 64 * 1024 ** 2 } } },
  ];
  if (suite.isSupported({ ports: [{ target: 80 }] })) parts.push({ ports: { [await suite.freePort()]: 80 } });
  if (suite.isSupported({ networks: ["a"] })) parts.push({ networks: await suite.networks(1) });
  const usable = parts.filter((part) => suite.isSupported(part));
  return Object.assign({}, ...usable) as Partial<DeployRequest>;
}

/** The deployer finds nothing to do for what it has deployed. */
export function unchangedRunCases(suite: Suite, deployer?: DeployerFunctions): void {
  /** The deployer, and a project of two apps, of which one has more settings than the other. */
  const prepare = async (context: TestContext) => {
    const { up, plan, down } = deployer ?? context.skip("the option deployer is not set");
    const { strategy } = suite;
    if (!suite.isSupported({ labels: { a: "b" } })) context.skip("the strategy declares not to support labels");
    if (!supports(strategy, "list") && !supports(strategy, "inspect"))
      context.skip("the strategy declares neither list nor inspect");
    const requests = { full: suite.request(await someSettings(suite)), plain: suite.request() };
    const project = (changes: Partial<DeployRequest> = {}): Project => ({
      project: suite.name(),
      directory: "/contract-tests",
      files: [],
      apps: Object.entries(requests).map(([key, request]) => ({
        key,
        service: request.name,
        dependsOn: key === "plain" ? [{ service: requests.full.name, condition: "service_started" }] : [],
        request: key === "plain" ? { ...request, ...changes } : request,
      })),
    });
    const first = project();
    return {
      first,
      changed: { ...project({ env: ["A=2"] }), project: first.project },
      up: (desired: Project) => up(strategy, desired),
      plan: (desired: Project) => plan(strategy, desired),
      down: (desired: Project) => down(strategy, desired),
      processes: () => Promise.all(Object.values(requests).map(({ name }) => suite.processes(context, name))),
    };
  };
  const outcomes = ({ apps }: { apps: readonly { app: string; outcome: string }[] }) =>
    Object.fromEntries(apps.map(({ app, outcome }) => [app, outcome]));
  const actions = ({ apps }: { apps: readonly { app: string; action: string }[] }) =>
    Object.fromEntries(apps.map(({ app, action }) => [app, action]));
  const UNCHANGED = { full: "unchanged", plain: "unchanged" };

  test("a second up changes nothing, and the plan after up is empty", async (context) => {
    const { first, up, plan, down, processes } = await prepare(context);
    expect(await up(first)).toMatchObject({ outcome: "ok" });
    expect(actions(await plan(first)), "plan after the first up").toEqual(UNCHANGED);
    const [before, changes] = [await processes(), suite.target.calls?.changes()];
    expect(outcomes(await up(first)), "second up").toEqual(UNCHANGED);
    expect(await processes(), "processes after the second up").toEqual(before);
    expect(suite.target.calls?.changes(), "changing calls until after the second up").toBe(changes);
    expect(actions(await plan(first)), "plan after the second up").toEqual(UNCHANGED);
    expect(await down(first)).toMatchObject({ outcome: "ok" });
    expect(await suite.existing()).toEqual([]);
  });

  test("up of one changed app leaves the processes of the other, and the plan after it is empty", async (context) => {
    const { first, changed, up, plan, down, processes } = await prepare(context);
    await up(first);
    const [full] = await processes();
    expect(outcomes(await up(changed))).toMatchObject({ full: "unchanged" });
    expect(actions(await plan(changed))).toEqual(UNCHANGED);
    expect((await processes())[0], "processes of the unchanged app").toEqual(full);
    expect(await down(changed)).toMatchObject({ outcome: "ok" });
  });
}
