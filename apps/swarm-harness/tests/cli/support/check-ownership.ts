import { expect } from "vitest";
import { AppFiles } from "./app-files.js";
import type { TestPlatform } from "./test-platforms.js";

/**
 * Deploys two files of one project, or of two directories with the same name, and runs every command on one of them. Expects
 * the processes of the other to stay the same.
 */
export async function checkTwoFiles(
  platform: TestPlatform,
  [mine, other]: readonly [string, string],
  isOneProject: boolean,
): Promise<void> {
  const files = new AppFiles(platform.options);
  const { id } = files;
  const more = isOneProject ? { name: id, network: true } : {};
  const service = (key: string): string => `${id}-${key}`;
  try {
    files.write(mine, { web: 1, db: 1 }, more).write(other, { api: 1 }, more);
    await files.ok(mine, "up");
    await files.ok(other, "up");
    const before = await platform.running(id);
    expect(Object.keys(before)).toEqual([service("api"), service("db"), service("web")]);
    const untouched = async (): Promise<void> =>
      expect((await platform.running(id))[service("api")]).toBe(before[service("api")]);

    // Neither has orphans or changes.
    const again = await files.ok(mine, "up", "--prune");
    expect(again.stdout).toContain("2 unchanged");
    expect(again.stderr).toContain("1 service of this project belongs to app_");
    expect(await platform.running(id)).toEqual(before);
    expect(await files.run(mine, "plan", "--prune")).toMatchObject({ code: 0 });
    const ps = await files.ok(mine, "ps");
    expect(ps.stdout).not.toContain(service("api"));
    expect((await files.ok(mine, "logs")).stdout).not.toContain("api is up");

    // An update, its rollback, a scale, new credentials, and an app removed from the file.
    files.write(mine, { web: 2, db: 1 }, more);
    await files.ok(mine, "up");
    await files.ok(mine, "rollback");
    await untouched();
    if (platform.canScale) {
      expect(await files.run(mine, "scale", "api=2")).toMatchObject({ code: 1 });
      await files.ok(mine, "scale", "web=2");
      await files.ok(mine, "refresh-auth");
    }
    files.write(mine, { web: 1 }, more);
    await files.ok(mine, "up", "--prune");
    expect(Object.keys(await platform.running(id))).toEqual([service("api"), service("web")]);
    await untouched();

    // An app of the other file is a conflict.
    files.write(mine, { web: 1, api: 1 }, more);
    const conflict = await files.run(mine, "up");
    expect(conflict).toMatchObject({ code: 5 });
    expect(conflict.stderr).toContain("--take-ownership");
    expect(conflict.stderr).toContain("app_");
    await untouched();
    files.write(mine, { web: 1 }, more);

    const dry = await files.run(mine, "down", "--dry-run");
    expect(dry).toMatchObject({ code: 2 });
    expect(dry.stdout).toContain(`- service ${service("web")}`);
    await untouched();
    const down = await files.ok(mine, "down");
    expect(Object.keys(await platform.running(id))).toEqual([service("api")]);
    await untouched();
    if (isOneProject) {
      expect(down.stdout).toContain(`kept: network ${id}_back: Used by api (`);
      expect(await platform.networks(id)).toEqual([`${id}_back`]);
    }

    await files.ok(mine, "up");
    expect(await files.run(mine, "down", "--all")).toMatchObject({ code: 3, stderr: expect.stringContaining("--yes") });
    await untouched();
    await files.ok(mine, "down", "--all", "--yes");
    expect(Object.keys(await platform.running(id))).toEqual(isOneProject ? [] : [service("api")]);
    await files.ok(other, "down");
    expect([...Object.keys(await platform.running(id)), ...(await platform.networks(id))]).toEqual([]);
  } finally {
    for (const file of [mine, other]) await files.run(file, "down", "--all", "--yes");
    files.remove();
  }
}

/** Renames a file and takes ownership of its apps. @param restarts whether the processes restart. */
export async function checkRenamed(platform: TestPlatform, restarts: boolean): Promise<void> {
  const files = new AppFiles(platform.options);
  const { id } = files;
  try {
    files.write("app_old.yml", { web: 1, gone: 1 }, { name: id, network: true });
    await files.ok("app_old.yml", "up");
    const before = await platform.running(id);
    files.write("app_new.yml", { web: 1 }, { name: id, network: true });
    expect(await files.run("app_new.yml", "up")).toMatchObject({ code: 5 });
    const plan = await files.run("app_new.yml", "plan", "--take-ownership");
    expect(plan).toMatchObject({ code: 2, stdout: expect.stringContaining("app_old.yml => app_new.yml") });
    const up = await files.ok("app_new.yml", "up", "--take-ownership", "--prune");
    expect(up.stderr).toContain("1 service of this project belongs to app_old.yml and was not changed.");
    const after = await platform.running(id);
    expect(Object.keys(after)).toEqual(Object.keys(before));
    expect(after[`${id}-gone`]).toBe(before[`${id}-gone`]);
    expect(after[`${id}-web`] === before[`${id}-web`]).toBe(!restarts);
    await files.ok("app_old.yml", "down");
    expect(Object.keys(await platform.running(id))).toEqual([`${id}-web`]);
    await files.ok("app_new.yml", "down");
    expect([...Object.keys(await platform.running(id)), ...(await platform.networks(id))]).toEqual([]);
  } finally {
    for (const file of ["app_old.yml", "app_new.yml"]) await files.run(file, "down", "--all", "--yes");
    files.remove();
  }
}
