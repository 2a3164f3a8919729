import type { Manifest, Tarball } from "./pack.js";

const SECTIONS = ["dependencies", "peerDependencies", "optionalDependencies", "devDependencies"];

/** What must not be published: tests and their helps, sources, maps that point to them, caches. */
const UNWANTED = /\.test\.|(?:^|\/)testing\/|^src\/|^test\/|\.map$|tsbuildinfo|(?:^|\/)node_modules\/|(?:^|\/)\.turbo/;

/** The files that a manifest names. */
const named = ({ bin = {}, exports = {} }: Manifest): string[] =>
  [
    ...Object.values(bin),
    ...Object.values(exports).flatMap((entry) => (typeof entry === "string" ? entry : Object.values(entry))),
  ].map((path) => path.replace(/^\.\//, ""));

/** Everything that is wrong with a tarball, a line each; none if it can be published. */
export function flaws({ manifest, paths }: Tarball): string[] {
  const versions = SECTIONS.flatMap((section) => Object.entries((manifest[section] ?? {}) as Record<string, string>));
  const needed = ["README.md", "LICENSE", "package.json", ...named(manifest)];
  return [
    ...needed.filter((path) => !paths.includes(path)).map((path) => `lacks ${path}`),
    ...paths.filter((path) => !path.startsWith("template/") && UNWANTED.test(path)).map((path) => `has ${path}`),
    ...versions.filter(([, version]) => version.includes(":")).map(([name, version]) => `wants ${name} at ${version}`),
    ...(JSON.stringify(manifest.exports ?? {}).includes("@openfactory/source") ? ["exports its sources"] : []),
    ...["license", "description", "repository", "engines", "exports"]
      .filter((key) => manifest[key] === undefined)
      .map((key) => `says no ${key}`),
  ];
}
