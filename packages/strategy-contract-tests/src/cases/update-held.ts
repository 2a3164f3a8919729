import { DeploymentError, type DeployRequest, supports } from "@openfactory/deploy-core";
import { expect, test, type TestContext } from "vitest";
import type { Suite } from "../suite.js";

/** Updates to what needs just what the service has: a host port, a volume. And what is left of an update. */
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
  /** A part of a request that two processes can't, or should not, have at the same time. */
  const held: [string, (context: TestContext) => Promise<Partial<DeployRequest>>][] = [
    [
      "a host port",
      async (context) => {
        suite.needs(context, { ports: { 80: 80 } });
        return { ports: { [await suite.freePort()]: 80 } };
      },
    ],
    [
      "a volume",
      async (context) => {
        suite.needs(context, { mounts: [{ Target: "/data" }] });
        return { mounts: [{ Type: "volume", Source: (await suite.target.volume?.()) ?? "none", Target: "/data" }] };
      },
    ],
  ];

  test.for(held)("an update of one that has %s is made, and its rollback", async ([, part], context) => {
    const strategy = suite.with(context, "update");
    const request = await suite.running(version(suite.request(await part(context)), 1));
    await strategy.update(version(request, 2));
    await isVersion(request.name, 2);
    if (!supports(strategy, "rollback")) return;
    await strategy.rollback(request.name);
    await isVersion(request.name, 1);
  });

  test.for(held)(
    "an update of one that has %s, to what can't be started: if it is refused, it runs on",
    async ([, part], context) => {
      const strategy = suite.with(context, "update");
      suite.needs(context, { command: ["x"] });
      const request = await suite.running(version(suite.request(await part(context)), 1));
      const absent = { ...version(request, 2), command: suite.programs.absent() };
      const refused = await strategy.update(absent).then(
        () => false,
        (error: unknown) => (DeploymentError.isInstance(error) ? true : Promise.reject(error)),
      );
      if (refused) await isVersion(request.name, 1);
      expect(await suite.existing(), "nothing is left behind").toEqual([request.name]);
    },
  );

  test("after updates there is one service, and nothing of it once it is removed", async (context) => {
    const strategy = suite.with(context, "update");
    const request = await suite.running(version(suite.request(), 1));
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
