import { expect, test } from "vitest";
import type { Suite } from "../suite.js";

const COUNT = 3;

/** A process never sees fewer networks than it was promised. */
export function networksBeforeStartCases(suite: Suite): void {
  test("all networks are joined before the process starts", async (context) => {
    suite.needs(context, { networks: ["x"], command: ["x"] });
    const networks = await suite.networks(COUNT);
    const { name } = await suite.running(suite.request({ networks, command: suite.programs.countNetworks() }));
    const isCount = (line: string) => /^networks \d+$/.test(line);
    const lines = await suite.eventually(
      `${name} counts`,
      () => suite.probes.output(name),
      (all) => all.some(isCount),
    );
    const seen = Number(lines.find(isCount)?.split(" ")[1]);
    // An orchestrator may add networks of its own.
    expect(seen, "networks that the process saw as its first act").toBeGreaterThanOrEqual(COUNT);
    expect((await suite.probes.instances(name)).filter(({ running }) => running)).toHaveLength(1);
  });
}
