import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { outsideEnvironment, root, run } from "./run.js";

/** A package.json, with the keys that are used here. */
export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  license?: string;
  bin?: Record<string, string>;
  exports?: Record<string, string | Record<string, string>>;
  [section: string]: unknown;
}

/** A package as it would be published. */
export interface Tarball {
  manifest: Manifest;
  /** Path of the tarball. */
  file: string;
  /** The paths in the tarball, without the prefix `package/`. */
  paths: string[];
  /** In npm's format: `sha512-...`. */
  integrity: string;
}

/** The public packages of the workspace, sorted by name. */
async function publicPackages(): Promise<{ folder: string; name: string }[]> {
  const found: { folder: string; name: string }[] = [];
  for (const top of ["packages", "apps"]) {
    for (const entry of await readdir(join(root, top))) {
      const folder = join(root, top, entry);
      if (!existsSync(join(folder, "package.json"))) continue;
      const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Manifest;
      if (!manifest.private) found.push({ folder, name: manifest.name });
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Packs every public package as `npm run setup` has built it, like `pnpm publish`. It builds nothing: other tests run the
 * command of this checkout at the same time.
 */
export async function packAll(destination: string): Promise<Tarball[]> {
  const packages = await publicPackages();
  const env = outsideEnvironment({ PATH: [join(root, "node_modules", ".bin"), process.env["PATH"]].join(delimiter) });
  const { devEngines } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const filters = packages.map(({ name }) => `--filter=${name}`);
  const pnpm = (...args: string[]) =>
    run("npx", ["-y", `pnpm@${devEngines.packageManager.version}`, "-r", ...filters, ...args], root, env);
  const { out } = await pnpm("pack", "--pack-destination", destination, "--json");
  const packed = JSON.parse(out) as { filename: string }[];
  const tarballs = await Promise.all(packed.map(({ filename }) => readTarball(filename)));
  return tarballs.sort((a, b) => (a.manifest.name < b.manifest.name ? -1 : 1));
}

async function readTarball(file: string): Promise<Tarball> {
  const { out: list } = await run("tar", ["-tzf", file], root);
  const { out: manifest } = await run("tar", ["-xzOf", file, "package/package.json"], root);
  const hash = createHash("sha512").update(await readFile(file));
  return {
    manifest: JSON.parse(manifest) as Manifest,
    file,
    paths: list
      .trim()
      .split("\n")
      .map((path) => path.replace(/^package\//, ""))
      .sort(),
    integrity: `sha512-${hash.digest("base64")}`,
  };
}
