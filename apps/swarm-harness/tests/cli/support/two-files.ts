import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { expect } from "vitest";
import { spawnOfdeploy, type Spawned } from "./spawn-ofdeploy.js";

/** Where files of one project are brought up, each by itself. */
export interface Place {
  /** `--platform docker --host ...` */
  readonly options: readonly string[];
  /** Whether the platform can scale, and stores credentials. */
  readonly canScale: boolean;
  /** What runs of each service whose name begins so, as the engine itself tells it: other processes are another text. */
  running(prefix: string): Promise<Record<string, string>>;
  networks(prefix: string): Promise<string[]>;
}

/** A directory with app files, and the command in a process of its own. */
export class Files {
  readonly id = `own-${randomBytes(3).toString("hex")}`;
  readonly folder = mkdtempSync(join(tmpdir(), "ofdeploy-own-"));
  readonly #options: readonly string[];

  constructor(options: readonly string[]) {
    this.#options = options;
  }

  /** @param apps by name; what a version adds is an environment variable. */
  write(
    file: string,
    apps: Readonly<Record<string, number>>,
    { name, network = false }: { name?: string; network?: boolean } = {},
  ): this {
    const path = join(this.folder, file);
    mkdirSync(dirname(path), { recursive: true });
    const entries = Object.entries(apps).flatMap(([key, version]) => [
      `  ${key}:`,
      `    uuid: ${this.id}-${key}`,
      `    image: ${TEST_IMAGE}`,
      `    command: ["sh", "-c", "echo ${key} is up; trap 'exit 0' TERM; while :; do sleep 1; done"]`,
      `    environment: ["VERSION=${version}"]`,
      '    labels: ["org.openfactory.deploy.test=1"]',
      "    stop_grace_period: 2s",
      ...(network ? ["    networks: [back]"] : []),
    ]);
    const declared = network ? ["networks:", "  back:", '    labels: ["org.openfactory.deploy.test=1"]'] : [];
    writeFileSync(
      path,
      [...(name === undefined ? [] : [`name: ${name}`]), "apps:", ...entries, ...declared, ""].join("\n"),
    );
    return this;
  }

  run(file: string, ...words: string[]): Promise<Spawned> {
    return spawnOfdeploy([...words, "--file", join(this.folder, file), ...this.#options]);
  }

  async ok(file: string, ...words: string[]): Promise<Spawned> {
    const ran = await this.run(file, ...words);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    return ran;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * Two files whose services are one project, or of two directories of one name: every command on one of them, which leaves the
 * other's processes as they are.
 */
export async function checkTwoFiles(
  place: Place,
  [mine, other]: readonly [string, string],
  isOneProject: boolean,
): Promise<void> {
  const files = new Files(place.options);
  const { id } = files;
  const more = isOneProject ? { name: id, network: true } : {};
  const service = (key: string): string => `${id}-${key}`;
  try {
    files.write(mine, { web: 1, db: 1 }, more).write(other, { api: 1 }, more);
    await files.ok(mine, "up");
    await files.ok(other, "up");
    const before = await place.running(id);
    expect(Object.keys(before)).toEqual([service("api"), service("db"), service("web")]);
    const untouched = async (): Promise<void> =>
      expect((await place.running(id))[service("api")]).toBe(before[service("api")]);

    // Neither is an orphan of the other, nor does either change again.
    const again = await files.ok(mine, "up", "--prune");
    expect(again.stdout).toContain("2 unchanged");
    expect(again.stderr).toContain("1 service of this project belongs to app_");
    expect(await place.running(id)).toEqual(before);
    expect(await files.run(mine, "plan", "--prune")).toMatchObject({ code: 0 });
    const ps = await files.ok(mine, "ps");
    expect(ps.stdout).not.toContain(service("api"));
    expect((await files.ok(mine, "logs")).stdout).not.toContain("api is up");

    // A change, its rollback, another number of replicas, new credentials, an app less.
    files.write(mine, { web: 2, db: 1 }, more);
    await files.ok(mine, "up");
    await files.ok(mine, "rollback");
    await untouched();
    if (place.canScale) {
      expect(await files.run(mine, "scale", "api=2")).toMatchObject({ code: 1 });
      await files.ok(mine, "scale", "web=2");
      await files.ok(mine, "refresh-auth");
    }
    files.write(mine, { web: 1 }, more);
    await files.ok(mine, "up", "--prune");
    expect(Object.keys(await place.running(id))).toEqual([service("api"), service("web")]);
    await untouched();

    // What the other owns is a conflict, and moves only where that is asked for.
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
    expect(Object.keys(await place.running(id))).toEqual([service("api")]);
    await untouched();
    if (isOneProject) {
      expect(down.stdout).toContain(`kept: network ${id}_back: api (`);
      expect(await place.networks(id)).toEqual([`${id}_back`]);
    }

    await files.ok(mine, "up");
    expect(await files.run(mine, "down", "--all")).toMatchObject({ code: 3, stderr: expect.stringContaining("--yes") });
    await untouched();
    await files.ok(mine, "down", "--all", "--yes");
    expect(Object.keys(await place.running(id))).toEqual(isOneProject ? [] : [service("api")]);
    await files.ok(other, "down");
    expect([...Object.keys(await place.running(id)), ...(await place.networks(id))]).toEqual([]);
  } finally {
    for (const file of [mine, other]) await files.run(file, "down", "--all", "--yes");
    files.remove();
  }
}

/** A file that was renamed takes over what it names. @param restarts whether its processes start again for that. */
export async function checkRenamed(place: Place, restarts: boolean): Promise<void> {
  const files = new Files(place.options);
  const { id } = files;
  try {
    files.write("app_old.yml", { web: 1, gone: 1 }, { name: id, network: true });
    await files.ok("app_old.yml", "up");
    const before = await place.running(id);
    files.write("app_new.yml", { web: 1 }, { name: id, network: true });
    expect(await files.run("app_new.yml", "up")).toMatchObject({ code: 5 });
    const plan = await files.run("app_new.yml", "plan", "--take-ownership");
    expect(plan).toMatchObject({ code: 2, stdout: expect.stringContaining("app_old.yml => app_new.yml") });
    const up = await files.ok("app_new.yml", "up", "--take-ownership", "--prune");
    expect(up.stderr).toContain("1 service of this project belongs to app_old.yml and was left.");
    const after = await place.running(id);
    expect(Object.keys(after)).toEqual(Object.keys(before));
    expect(after[`${id}-gone`]).toBe(before[`${id}-gone`]);
    expect(after[`${id}-web`] === before[`${id}-web`]).toBe(!restarts);
    await files.ok("app_old.yml", "down");
    expect(Object.keys(await place.running(id))).toEqual([`${id}-web`]);
    await files.ok("app_new.yml", "down");
    expect([...Object.keys(await place.running(id)), ...(await place.networks(id))]).toEqual([]);
  } finally {
    for (const file of ["app_old.yml", "app_new.yml"]) await files.run(file, "down", "--all", "--yes");
    files.remove();
  }
}
