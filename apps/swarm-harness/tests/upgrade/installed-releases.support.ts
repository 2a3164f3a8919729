import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as core from "@openfactory/deploy-core";
import { Outside } from "@openfactory/pack-proof/outside";

type Platform = "docker" | "swarm";

/** A release, as npm has installed it. */
interface InstalledRelease {
  /** The files that its modules resolve to, by platform. */
  files: Record<Platform, string>;
  /** Creates a strategy with the release's own core. */
  create(platform: Platform, host: string): Promise<core.OpenFactoryServiceDeploymentStrategy>;
}

export interface InstalledReleases {
  /** The folder with the installation, outside of the workspace. */
  folder: string;
  previous: InstalledRelease;
  current: InstalledRelease;
  remove(): Promise<void>;
}

/** Installs the frozen tarball of the previous release, and the packages of this checkout as they are published. */
export async function installReleases(): Promise<InstalledReleases> {
  const outside = await Outside.create();
  await outside.write("plant", { "package.json": { name: "plant", private: true } });
  const names = { core: "@openfactory/deploy-core", docker: "@openfactory/strategy-local-docker" };
  const current = { ...names, swarm: "@openfactory/strategy-swarm" };
  // The install scripts of ssh2 and cpu-features take long and are optional.
  await outside.npm("plant", "install", "--ignore-scripts", frozenTarball(), ...Object.values(current));
  const folder = outside.path("plant");
  const frozen = (file: string) => `openfactory-previous-release/${file}.cjs`;
  return {
    folder,
    previous: load(folder, { core: frozen("core"), docker: frozen("docker"), swarm: frozen("swarm") }),
    current: load(folder, current),
    remove: () => outside.close(),
  };
}

/** The only tarball of this folder. */
function frozenTarball(): string {
  const tarballs = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".tgz"));
  const [tarball] = tarballs;
  if (tarball === undefined || tarballs.length > 1)
    throw new Error(
      `Expected one tarball in ${import.meta.dirname}, but found ${tarballs.length}. See README.md there.`,
    );
  return join(import.meta.dirname, tarball);
}

function load(folder: string, modules: Record<Platform | "core", string>): InstalledRelease {
  // Node's own resolution, not that of vitest, which prefers the sources of this checkout.
  const require = createRequire(join(folder, "package.json"));
  return {
    files: { docker: require.resolve(modules.docker), swarm: require.resolve(modules.swarm) },
    create(platform, host) {
      const { StrategyRegistry } = require(modules.core) as typeof core;
      const registry = new StrategyRegistry();
      registry.register((require(modules[platform]) as { plugin: unknown }).plugin);
      return registry.create(platform, { host });
    },
  };
}
