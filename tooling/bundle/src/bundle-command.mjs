#!/usr/bin/env node
// Runs in the folder of a command, after tsc. Bundles dist/main.js and its imports to dist/ofdeploy*.cjs.
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { leanModules } from "./lean-modules.mjs";
import { ascii } from "./ascii.mjs";
import { writeLicenses } from "./write-licenses.mjs";

const NAME = "ofdeploy";
const DIST = "dist";

/** The output file of a module is that of the first group that matches. Modules for errors are in separate files. */
const GROUPS = [
  { name: `${NAME}-zod`, test: /\/node_modules\/zod\/|stand-in/ },
  {
    // Imports no file but zod: program.js configures zod before any schema is created.
    name: `${NAME}-parse`,
    test: /\/node_modules\/(?:commander|leven)\/|\/cli\/dist\/(?:program|errors|(?:options|command-table)\/.*|commands\/help)\.js$/,
  },
  { name: `${NAME}-yaml`, test: /\/node_modules\/js-yaml\/|\/app-file\/dist\/yaml\/parse-yaml\.js$/ },
  { name: `${NAME}-xml`, test: /\/node_modules\/(?:saxes|xmlchars)\// },
  {
    name: `${NAME}-rare`,
    test: /\/cli\/dist\/(?:schemas\/.*|commands\/(?:completion|doctor|platforms|schema))\.js$/,
  },
  {
    name: `${NAME}-work`,
    test: /\/(?:cli|core|app-file|deployer)\/dist\/(?!main\.|io\.|exit-codes)|\/node_modules\/|clock\.mjs$/,
  },
];

for (const file of await readdir(DIST)) if (file.endsWith(".cjs")) await rm(join(DIST, file));

const bundle = await rolldown({
  input: { [NAME]: join(DIST, "main.js") },
  platform: "node",
  // Strategies are separate packages, which may not be installed.
  external: /^@openfactory\/strategy-/,
  plugins: [leanModules],
  // The global `performance` loads Node's perf_hooks, which takes 4 ms.
  transform: { inject: { performance: [fileURLToPath(new URL("./clock.mjs", import.meta.url)), "clock"] } },
});
const { output } = await bundle.write({
  dir: DIST,
  // CommonJS, since an ESM import of node:http loads all exports, which takes 20 ms.
  format: "cjs",
  entryFileNames: "[name].cjs",
  chunkFileNames: "[name].cjs",
  comments: { legal: true, annotation: false, jsdoc: false },
  codeSplitting: { groups: GROUPS, includeDependenciesRecursively: false },
});
await bundle.close();
for (const { fileName, code } of output) await writeFile(join(DIST, fileName), ascii(code));
writeLicenses(join(DIST, `${NAME}.licenses.txt`), output);
