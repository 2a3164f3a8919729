import { expect, test } from "vitest";
import type { SavedPlanFile } from "../schemas/saved-plan-schema.js";
import { savedCommand, withSavedOptions } from "./saved-command.js";

const SALT = "0".repeat(32);
const io = { env: {}, cwd: "/" } as never;

const savedWith = async (
  options: Parameters<typeof savedCommand>[0],
  shape: SavedPlanFile["options"] = {},
): Promise<SavedPlanFile> =>
  ({ command: await savedCommand(options, io, SALT), options: shape, basis: { salt: SALT } }) as SavedPlanFile;

test("values of platform options are not saved, and must be passed to up again", async () => {
  const saved = await savedWith({ platform: "swarm", option: { token: "hunter2", size: "3" } });
  expect(JSON.stringify(saved)).not.toContain("hunter2");
  expect(saved.command.option?.names).toEqual(["size", "token"]);
  const both = { option: { size: "3", token: "hunter2" } };
  expect(withSavedOptions(both, saved)).toMatchObject({ ...both, platform: "swarm" });
  const others: Record<string, string>[] = [{}, { token: "hunter3", size: "3" }, { token: "hunter2" }];
  for (const option of others)
    expect(() => withSavedOptions({ option }, saved)).toThrow(/options of the platform \(size, token\)/);
  const plain = await savedWith({ platform: "swarm" });
  expect(() => withSavedOptions(both, plain)).toThrow("The saved plan was made without --option.");
});

test("the saved options are those of up, and an equal option is accepted", async () => {
  const options = {
    platform: "swarm",
    file: ["a.yml"],
    envFile: ["b.env"],
    profile: ["dev"],
    project: "x",
    apps: ["web"],
    deps: false,
  };
  const saved = await savedWith(options, { prune: true, adopt: ["web"] });
  expect(withSavedOptions({ apps: ["plan.json"] }, saved)).toEqual({
    ...options,
    prune: true,
    adopt: ["web"],
    takeOwnership: undefined,
    strict: undefined,
  });
  expect(withSavedOptions({ file: ["a.yml"], platform: "swarm" }, saved)).toMatchObject({ file: ["a.yml"] });
  for (const other of [
    { file: ["b.yml"] },
    { platform: "docker" },
    { strict: true },
    { project: "y" },
    { pull: "always" },
  ])
    expect(() => withSavedOptions(other, saved)).toThrow("can't be combined with a saved plan");
});
