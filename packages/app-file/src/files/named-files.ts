import type { SourceTree } from "../source/tree.js";
import { pathFrom } from "./path-from.js";

/** The paths of all files that an app file names: env files, and the files of secrets and configs. */
export function namedFiles(tree: SourceTree): string[] {
  const { apps, secrets, configs } = mapping(tree.root.value);
  const written = [
    ...Object.values(mapping(apps)).flatMap((app) => paths(mapping(app)["env_file"])),
    ...[secrets, configs].flatMap((declared) =>
      Object.values(mapping(declared)).flatMap((each) => paths(mapping(each)["file"])),
    ),
  ];
  return written.map((path) => pathFrom(path, tree.source.file));
}

/** Nothing is validated yet: whatever is no mapping has no keys. */
const mapping = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** A path, a list of paths, or `{path}`. */
function paths(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(paths);
  return paths(mapping(value)["path"] ?? []);
}
