import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RawEngine } from "@openfactory/test-engine";
import { expect } from "vitest";
import { AppFiles } from "./app-files.js";

/**
 * Saves plans, applies them, and expects a plan to be refused after a change of the engine.
 * @param options of the command: the platform and its address.
 * @param Driver of the platform's networks.
 */
export async function checkSavedPlan(
  engine: RawEngine,
  options: readonly string[],
  Driver: "bridge" | "overlay",
): Promise<void> {
  const files = new AppFiles(options);
  const { id } = files;
  const file = join(files.folder, "plan.json");
  const write = (version: number) => files.write("app.yml", { web: version, db: 1 }, { name: id, network: true });
  const save = async (): Promise<void> => {
    const planned = await files.run("app.yml", "plan", "--out", file);
    expect(planned, planned.stderr).toMatchObject({ code: 2 });
    expect(readFileSync(file, "utf8")).not.toMatch(/VERSION=|"status"/);
  };
  const apply = () => files.run("app.yml", "up", file);
  const refused = async (cause: string): Promise<void> => {
    const ran = await apply();
    expect(ran).toMatchObject({ code: 5, stdout: "" });
    expect(ran.stderr).toContain(cause);
  };
  try {
    write(1);
    await save();
    const network = await engine.call("POST", "/networks/create", {
      Name: `${id}_back`,
      Driver,
      Labels: { "org.openfactory.deploy.test": "1" },
    });
    await refused(`the network ${id}_back was created since the plan was saved`);
    await engine.call("DELETE", `/networks/${network.Id}`);
    const first = await apply();
    expect(first, first.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining("2 running") });

    write(2);
    await save();
    write(3);
    await files.ok("app.yml", "up");
    write(2);
    await refused("web: the service was changed since the plan was saved");
    await save();
    const second = await apply();
    expect(second, second.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/web +updated[^]*db +unchanged/),
    });
    await refused("web: planned to be updated, and would now be left unchanged");
  } finally {
    await files.run("app.yml", "down", "--yes");
    files.remove();
  }
}
