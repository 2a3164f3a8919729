#!/usr/bin/env node
// Run in the folder of a strategy's package, after tsc: dist/plugin.js and all that it imports become dist/hosted.cjs,
// but for the modules that its host has already.
import { writeFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { rolldown } from "rolldown";
import { leanModules } from "./lean-modules.mjs";
import { ascii } from "./ascii.mjs";
import { writeLicences } from "./write-licences.mjs";

/** What the command has anyway: see apps/cli/src/built-in-platforms.ts. */
const HOSTED = ["@openfactory/deploy-core", "zod", "tsyringe", "reflect-metadata"];

const bundle = await rolldown({
  input: "dist/plugin.js",
  platform: "node",
  external: HOSTED,
  plugins: [leanModules],
});
const { output } = await bundle.generate({
  format: "cjs",
  comments: { legal: true, annotation: false, jsdoc: false },
  codeSplitting: false,
  exports: "named",
});
await bundle.close();
writeLicences("dist/hosted.licences.txt", output);

const [{ code, imports }, ...others] = output;
const missing = imports.filter((id) => !HOSTED.includes(id) && !builtinModules.includes(id.replace(/^node:/, "")));
if (others.length > 0 || missing.length > 0)
  throw new Error(`not one file that stands alone: it needs ${missing.join(", ")}`);

/** What the code takes from a module of its host: `sleep`, `z.string`. */
const namesFrom = (id) => {
  const variables = [...code.matchAll(/^(?:let|const|var) ([\w$]+) = require\("([^"]+)"\)/gm)].filter(
    ([, , of]) => of === id,
  );
  const names = variables.flatMap(([, variable]) => [
    ...code.matchAll(new RegExp(`(?<![\\w$.])${RegExp.escape(variable)}\\.([\\w$]+(?:\\.[\\w$]+)?)`, "g")),
  ]);
  return [...new Set(names.map(([, name]) => name))].sort();
};
const needs = Object.fromEntries(HOSTED.map((id) => [id, namesFrom(id)]));
if (needs[HOSTED[0]].length === 0)
  throw new Error(`it takes nothing from ${HOSTED[0]}: has the bundler's output changed?`);
await writeFile(
  "dist/hosted.cjs",
  ascii(`"use strict";
exports.needs = ${JSON.stringify(needs)};
exports.host = (modules, exports = {}, own = require) => (((require) => {
${code}
})((id) => modules[id] ?? own(id)), exports.plugin);
`),
);
