import { createEngine as connect } from "@openfactory/docker-engine";
import { TEST_LABELS } from "@openfactory/docker-probes";
import { createEngine, type EngineVersion } from "@openfactory/swarm-harness";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { expect, test } from "vitest";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";

/** A test that an engine of that version starts the current version of a service after a restart, and not the previous one. */
export const startsAfterReboot = (version: EngineVersion): void =>
  test(`Engine ${version} starts the service after a restart, and does not start the previous version`, async () => {
    const engine = await createEngine({ engine: version, images: [TEST_IMAGE] });
    const strategy = new LocalDockerDeploymentStrategy(connect({ host: engine.host }));
    try {
      const request = (number: number) => ({
        name: "boot",
        image: TEST_IMAGE,
        // Its exit code is a failure, after which engines restart it although it was stopped.
        command: ["sh", "-c", "trap 'exit 1' TERM; while :; do sleep 1000 & wait $!; done"],
        env: [`VERSION=${number}`],
        labels: TEST_LABELS,
        restart: { Condition: "on-failure" as const },
      });
      await strategy.deploy(request(1));
      await strategy.update(request(2), { settleMs: 100 });
      await engine.kill();
      await engine.start();
      await expect.poll(() => strategy.list().catch(() => [])).toMatchObject([{ name: "boot", state: "running" }]);
      const states = await engine.api.call("GET", "/containers/json?all=1");
      expect(
        states.map(({ Names, State }: { Names: string[]; State: string }) => `${Names[0]} ${State}`).sort(),
      ).toEqual(["/boot running", "/boot.previous.on-failure exited"]);
      await strategy.rollback("boot");
      expect(await strategy.inspect("boot")).toMatchObject({
        settings: { env: ["VERSION=1"], restart: request(1).restart },
      });
    } finally {
      await strategy.close();
      await engine.down();
    }
  });
