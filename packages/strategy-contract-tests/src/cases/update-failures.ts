import { DeploymentError, type DeployRequest, type ErrorCode } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import type { Suite } from "../suite.js";

const seconds = (count: number): number => count * 1_000_000_000;

/** Updates to what can't run: what is told of them, and what becomes of the service. */
export function updateFailureCases(suite: Suite): void {
  const first = (part: Partial<DeployRequest> = {}): Promise<DeployRequest> =>
    suite.running(suite.request({ env: ["VERSION=1"], command: suite.programs.run(), ...part }));
  const crashing = (request: DeployRequest): DeployRequest => ({
    ...request,
    env: ["VERSION=2"],
    command: suite.programs.printAndExit([{ stream: "stderr", line: "it went wrong" }], 3),
  });
  const isFirst = async (name: string): Promise<void> => {
    await suite.eventually(
      "it is the first version",
      () => suite.settings(name),
      ({ env }) => env.includes("VERSION=1"),
    );
    await suite.untilRunning(name);
  };

  /** The error with which an update fails, or, where it is only begun, the wait for it. */
  const failureOf = async (
    updating: Promise<unknown>,
    waiting: () => Promise<unknown>,
    codes: readonly ErrorCode[],
    name: string,
  ) => {
    const refused = await updating.then(
      () => false,
      (error: unknown) => (DeploymentError.isInstance(error) ? true : Promise.reject(error)),
    );
    return { refused, error: await suite.fails(refused ? updating : waiting(), codes, name) };
  };

  test("an update to what ends at once is told, with exit code and last lines; one that is refused leaves the service as it was", async (context) => {
    const [updates, waits] = [suite.with(context, "update"), suite.with(context, "wait")];
    suite.needs(context, { command: ["x"] });
    const request = await first();
    const codes = ["TASK_FAILED", "ROLLED_BACK"] as const;
    const { refused, error } = await failureOf(
      updates.update(crashing(request)),
      () => waits.wait(request.name),
      codes,
      request.name,
    );
    expect(error.instance).toMatchObject({ exitCode: 3 });
    expect(error.instance?.lastLogLines?.join("\n")).toContain("it went wrong");
    if (refused) await isFirst(request.name);
    expect(await suite.existing(), "nothing is left behind").toEqual([request.name]);
  });

  test("an update that is to be rolled back when it fails: ROLLED_BACK, and the earlier version runs", async (context) => {
    const [updates, waits] = [suite.with(context, "update"), suite.with(context, "wait")];
    const updateConfig = { FailureAction: "rollback", Monitor: seconds(3) } as const;
    suite.needs(context, { command: ["x"], updateConfig });
    const request = await first({ updateConfig });
    const updating = updates.update(crashing(request));
    const { error } = await failureOf(updating, () => waits.wait(request.name), ["ROLLED_BACK"], request.name);
    expect(error.instance).toMatchObject({ exitCode: 3 });
    expect(error.instance?.lastLogLines?.join("\n")).toContain("it went wrong");
    await isFirst(request.name);

    // A failure that was told is history once the service is updated again.
    const last = { ...request, env: ["VERSION=3"] };
    await updates.update(last);
    expect(await waits.wait(request.name)).toMatchObject({ state: "running" });
    expect((await suite.settings(request.name)).env).toContain("VERSION=3");
  });

  test("an update that is to pause when it fails: TASK_FAILED, and the service stays what it was updated to", async (context) => {
    const [updates, waits] = [suite.with(context, "update"), suite.with(context, "wait")];
    const updateConfig = { FailureAction: "pause", Monitor: seconds(3) } as const;
    suite.needs(context, { command: ["x"], updateConfig });
    const request = await first({ updateConfig });
    await updates.update(crashing(request));
    const error = await suite.fails(waits.wait(request.name), "TASK_FAILED", request.name);
    expect(error.instance).toMatchObject({ exitCode: 3 });
    expect((await suite.settings(request.name)).env).toContain("VERSION=2");
  });

  test("an update that no node can take, and that is taken back, leaves a service that runs", async (context) => {
    const [updates, waits] = [suite.with(context, "update"), suite.with(context, "wait")];
    const looks = suite.with(context, "inspect");
    const constraints = ["node.labels.no-such-label == 1"];
    const updateConfig = { Order: "start-first", Monitor: seconds(1) } as const;
    suite.needs(context, { command: ["x"], constraints, updateConfig });
    const request = await first({ updateConfig });
    await updates.update({ ...request, env: ["VERSION=2"], constraints });
    await suite.lateEffects();
    expect(await looks.inspect(request.name), "the earlier version runs on").toMatchObject({
      replicas: { running: 1, desired: 1 },
    });
    await updates.update(request);
    await waits.wait(request.name);
    expect(await looks.inspect(request.name)).toMatchObject({ state: "running", replicas: { running: 1, desired: 1 } });
    await isFirst(request.name);
  });

  test("an update to an image that is nowhere is told, and where it is refused the service is as it was", async (context) => {
    const [updates, waits] = [suite.with(context, "update"), suite.with(context, "wait")];
    const request = await first();
    const updating = updates.update({ ...request, env: ["VERSION=2"], image: suite.target.images.missing });
    const codes = ["IMAGE_NOT_FOUND", "TASK_FAILED", "ROLLED_BACK"] as const;
    const { refused } = await failureOf(updating, () => waits.wait(request.name), codes, request.name);
    if (refused) await isFirst(request.name);
  });
}
