import { mkdir, mkdtemp, readdir, realpath, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { packAll, type Tarball } from "./pack.js";
import { type Registry, serve } from "./registry.js";
import { outsideEnvironment, type Ran, run, tryRun } from "./run.js";

/** A folder outside of the workspace, where npm gets packages of OpenFactory's scope from the tarballs only. */
export class Outside {
  readonly #folder: string;
  readonly tarballs: readonly Tarball[];
  readonly #registry: Registry;

  private constructor(folder: string, tarballs: Tarball[], registry: Registry) {
    this.#folder = folder;
    this.tarballs = tarballs;
    this.#registry = registry;
  }

  static async create(): Promise<Outside> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "openfactory-outside-")));
    const tarballs = await packAll(join(folder, "tarballs"));
    return new Outside(folder, tarballs, await serve(tarballs));
  }

  async close(): Promise<void> {
    await this.#registry.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Packages of OpenFactory's scope that npm requested and that are not among the tarballs. */
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

  /** Creates a subfolder with files. */
  async write(folder: string, files: Record<string, string | object>): Promise<void> {
    await mkdir(this.path(folder), { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      const path = this.path(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, typeof content === "string" ? content : JSON.stringify(content, undefined, 2));
    }
  }

  /** Runs npm in a subfolder. @throws if it fails. */
  npm(folder: string, ...args: string[]): Promise<Ran> {
    return run("npm", args, this.path(folder), this.environment);
  }

  /** Runs npm or npx in a subfolder with the tarballs as the only registry. @throws if it fails. */
  onlyTarballs(folder: string, command: "npm" | "npx", ...args: string[]): Promise<Ran> {
    return run(command, args, this.path(folder), { ...this.environment, npm_config_registry: this.#registry.url });
  }

  /** Runs a command that is installed in a subfolder. Does not throw for an exit code other than 0. */
  installed(folder: string, command: string, ...args: string[]): Promise<Ran> {
    return tryRun(this.path(folder, "node_modules", ".bin", command), args, this.path(folder), this.environment);
  }

  /** The variables with which npm gets packages of OpenFactory's scope from the tarballs. */
  get environment(): NodeJS.ProcessEnv {
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

/** The installed packages of a folder: their names, sorted, and the total size of their files. */
export async function installedIn(folder: string): Promise<{ packages: string[]; bytes: number }> {
  const modules = join(folder, "node_modules");
  const packages = (await filesIn(modules))
    .map((file) => /.*\/node_modules\/((?:@[^/]+\/)?[^/@.][^/]*)\/package\.json$/.exec(file)?.[1])
    .filter((name) => name !== undefined);
  return { packages: packages.sort(), bytes: await bytesIn(modules) };
}

/** The total size of the files below a folder. */
export async function bytesIn(folder: string): Promise<number> {
  const sizes = await Promise.all((await filesIn(folder)).map(async (file) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
