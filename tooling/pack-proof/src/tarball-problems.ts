import type { Manifest, Tarball } from "./pack.js";

const SECTIONS = ["dependencies", "peerDependencies", "optionalDependencies", "devDependencies"];

/** Files that must not be published: tests and their helpers, caches. */
const UNWANTED = /\.test\.|(?:^|\/)testing\/|^test\/|tsbuildinfo|(?:^|\/)node_modules\/|(?:^|\/)\.turbo/;

/** The files that a manifest refers to. */
const named = ({ bin = {}, exports = {} }: Manifest): string[] =>
  [
    ...Object.values(bin),
    ...Object.values(exports).flatMap((entry) => (typeof entry === "string" ? entry : Object.values(entry))),
  ].map((path) => path.replace(/^\.\//, ""));

/** The problems of a tarball, one line each. Empty if it can be published. */
export function tarballProblems({ manifest, paths }: Tarball): string[] {
  const versions = SECTIONS.flatMap((section) => Object.entries((manifest[section] ?? {}) as Record<string, string>));
  const needed = ["README.md", "LICENSE", "package.json", ...named(manifest)];
  return [
    ...needed.filter((path) => !paths.includes(path)).map((path) => `missing file ${path}`),
    ...paths
      .filter((path) => !path.startsWith("template/") && UNWANTED.test(path))
      .map((path) => `unwanted file ${path}`),
    ...versions
      .filter(([, version]) => version.includes(":"))
      .map(([name, version]) => `dependency ${name} with the version ${version}`),
    // An editor follows a declaration to its source.
    ...paths
      .filter((path) => /^dist\/.*\.d\.ts$/.test(path))
      .flatMap((path) => [`${path}.map`, path.replace(/^dist\/(.*)\.d\.ts$/, "src/$1.ts")])
      .filter((path) => !paths.includes(path))
      .map((path) => `missing file ${path}`),
    ...(JSON.stringify(manifest.exports ?? {}).includes("@openfactory/source") ? ["exports its sources"] : []),
    ...["license", "description", "keywords", "homepage", "bugs", "repository", "engines", "exports"]
      .filter((key) => manifest[key] === undefined)
      .map((key) => `missing key ${key}`),
  ];
}
