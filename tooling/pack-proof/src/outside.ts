import { mkdir, mkdtemp, readdir, realpath, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { packAll, type Tarball } from "./pack.js";
import { type Registry, serve } from "./registry.js";
import { outsideEnvironment, type Ran, run, tryRun } from "./run.js";

/** A place outside the workspace, where npm has the packed packages of OpenFactory and nobody else's of its scope. */
export class Outside {
  readonly #folder: string;
  readonly tarballs: readonly Tarball[];
  readonly #registry: Registry;

  private constructor(folder: string, tarballs: Tarball[], registry: Registry) {
    this.#folder = folder;
    this.tarballs = tarballs;
    this.#registry = registry;
  }

  static async make(): Promise<Outside> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "openfactory-outside-")));
    const tarballs = await packAll(join(folder, "tarballs"));
    return new Outside(folder, tarballs, await serve(tarballs));
  }

  async close(): Promise<void> {
    await this.#registry.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** What npm looked for in OpenFactory's scope, and did not find among the tarballs. */
  get missing(): string[] {
    return [...this.#registry.missing];
  }

  tarball(name: string): string {
    const found = this.tarballs.find(({ manifest }) => manifest.name === name);
    if (found === undefined) throw new Error(`${name} was not packed`);
    return found.file;
  }

  path(...parts: string[]): string {
    return join(this.#folder, ...parts);
  }

  /** Writes files below a folder of this place. */
  async write(folder: string, files: Record<string, string | object>): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      const path = this.path(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, typeof content === "string" ? content : JSON.stringify(content, undefined, 2));
    }
  }

  /** Runs npm in a folder of this place; it must succeed. */
  npm(folder: string, ...args: string[]): Promise<Ran> {
    return run("npm", args, this.path(folder), this.#environment());
  }

  /** Runs a command that is installed in a folder of this place, whatever its exit code. */
  installed(folder: string, command: string, ...args: string[]): Promise<Ran> {
    return tryRun(this.path(folder, "node_modules", ".bin", command), args, this.path(folder), this.#environment());
  }

  #environment(): NodeJS.ProcessEnv {
    return outsideEnvironment({
      "npm_config_@openfactory:registry": this.#registry.url,
      npm_config_prefer_offline: "true",
      npm_config_audit: "false",
      npm_config_fund: "false",
      npm_config_update_notifier: "false",
      npm_config_yes: "true",
    });
  }
}

/** What is installed below a folder: its packages' names, sorted, and the bytes of all files. */
export async function installedIn(folder: string): Promise<{ packages: string[]; bytes: number }> {
  const entries = await readdir(join(folder, "node_modules"), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  const packages = files
    .map((file) => /.*\/node_modules\/((?:@[^/]+\/)?[^/@.][^/]*)\/package\.json$/.exec(file)?.[1])
    .filter((name) => name !== undefined);
  return { packages: packages.sort(), bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
