#!/usr/bin/env node
// Runs in the folder of a strategy's package, after tsc. Bundles dist/plugin.js and its imports to dist/embedded.cjs, without
// the modules that the command provides.
import { writeFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { rolldown } from "rolldown";
import { leanModules } from "./lean-modules.mjs";
import { ascii } from "./ascii.mjs";
import { writeLicenses } from "./write-licenses.mjs";

/** The modules that the command provides: see apps/cli/src/built-in-platforms.ts. */
const PROVIDED = ["@openfactory/deploy-core", "zod", "tsyringe", "reflect-metadata"];

const bundle = await rolldown({
  input: "dist/plugin.js",
  platform: "node",
  external: PROVIDED,
  plugins: [leanModules],
});
const { output } = await bundle.generate({
  format: "cjs",
  comments: { legal: true, annotation: false, jsdoc: false },
  codeSplitting: false,
  exports: "named",
});
await bundle.close();
writeLicenses("dist/embedded.licenses.txt", output);

const [{ code, imports }, ...others] = output;
const missing = imports.filter((id) => !PROVIDED.includes(id) && !builtinModules.includes(id.replace(/^node:/, "")));
if (others.length > 0 || missing.length > 0)
  throw new Error(`The bundle is not a single file, or requires other modules: ${missing.join(", ")}`);

/** The names that the code uses of a provided module: `sleep`, `z.string`. */
const namesFrom = (id) => {
  const variables = [...code.matchAll(/^(?:let|const|var) ([\w$]+) = require\("([^"]+)"\)/gm)].filter(
    ([, , of]) => of === id,
  );
  const names = variables.flatMap(([, variable]) => [
    ...code.matchAll(new RegExp(`(?<![\\w$.])${RegExp.escape(variable)}\\.([\\w$]+(?:\\.[\\w$]+)?)`, "g")),
  ]);
  return [...new Set(names.map(([, name]) => name))].sort();
};
const requires = Object.fromEntries(PROVIDED.map((id) => [id, namesFrom(id)]));
if (requires[PROVIDED[0]].length === 0)
  throw new Error(`The bundle uses nothing of ${PROVIDED[0]}. Check whether the bundler's output has changed.`);
await writeFile(
  "dist/embedded.cjs",
  ascii(`"use strict";
exports.requires = ${JSON.stringify(requires)};
exports.embed = (modules, exports = {}, own = require) => (((require) => {
${code}
})((id) => modules[id] ?? own(id)), exports.plugin);
`),
);
