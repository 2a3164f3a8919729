import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./root.mjs";

const WORKSPACES = ["packages", "apps", "tooling", "examples"];
const stampFile = join(root, "node_modules", ".cache", "openfactory-setup.json");

/** The hashes of the last setup that succeeded: `{dependencies, build}`. */
export function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, "utf8"));
  } catch {
    return {};
  }
}

export function writeStamp(stamp) {
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, JSON.stringify(stamp));
}

/** A hash of the files that determine the dependencies, and of the packages that have them installed. */
export function hashDependencies() {
  const manifests = packages().map((folder) => join(folder, "package.json"));
  const installed = packages().filter((folder) => existsSync(join(root, folder, "node_modules")));
  return hash(["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifests], installed);
}

/** A hash of the files that determine the build, and of the packages that are built. */
export function hashBuild() {
  const built = packages().filter((folder) => existsSync(join(root, folder, "dist", "index.js")));
  const sources = packages().flatMap((folder) => [
    ...["package.json", "tsconfig.json"].map((name) => join(folder, name)),
    ...["src", "scripts"].flatMap((name) => filesBelow(join(folder, name))),
  ]);
  return hash(["package.json", "pnpm-lock.yaml", "tsconfig.base.json", "turbo.json", ...sources], built);
}

export function packages() {
  const folders = WORKSPACES.flatMap((top) =>
    readdirSync(join(root, top))
      .sort()
      .map((name) => join(top, name)),
  );
  return folders.filter((folder) => existsSync(join(root, folder, "package.json")));
}

export function filesBelow(folder) {
  if (!existsSync(join(root, folder))) return [];
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return files.map((file) => file.slice(root.length)).sort();
}

function hash(files, also) {
  const sum = createHash("sha256").update(JSON.stringify(also));
  for (const file of files) {
    if (existsSync(join(root, file))) sum.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  }
  return sum.digest("hex");
}
