import { expect, test } from "vitest";
import type { Suite } from "../suite.js";

/** `args` go to the image's own entrypoint, and `command` replaces it. */
export function entrypointCases(suite: Suite): void {
  const output = async (name: string, line: string): Promise<readonly string[]> =>
    suite.eventually(
      `${name} writes ${line}`,
      () => suite.probes.output(name),
      (lines) => lines.includes(line),
    );

  test("args go to the image's own entrypoint", async (context) => {
    suite.needs(context, { args: ["x"] });
    const { name } = await suite.running(
      suite.request({ image: suite.target.images.withEntrypoint, args: ["one", "two"] }),
    );
    await output(name, "entrypoint one two");
  });

  test("command replaces the image's own entrypoint", async (context) => {
    suite.needs(context, { command: ["x"] });
    const command = suite.programs.print([{ stream: "stdout", line: "from the command" }]);
    const { name } = await suite.running(suite.request({ image: suite.target.images.withEntrypoint, command }));
    const lines = await output(name, "from the command");
    expect(lines.filter((line) => line.startsWith("entrypoint"))).toEqual([]);
  });
}
