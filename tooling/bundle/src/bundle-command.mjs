#!/usr/bin/env node
// Run in the folder of a command, after tsc: dist/main.js and all that it imports become dist/ofdeploy*.cjs.
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { leanModules } from "./lean-modules.mjs";
import { ascii } from "./ascii.mjs";
import { writeLicences } from "./write-licences.mjs";

const NAME = "ofdeploy";
const DIST = "dist";

/** The file of a module: the first group that matches. What only errors need is in separate files. */
const GROUPS = [
  { name: `${NAME}-zod`, test: /\/node_modules\/zod\/|stand-in/ },
  {
    // Imports no file but zod: program.js configures zod before any schema is created.
    name: `${NAME}-parse`,
    test: /\/node_modules\/(?:commander|leven)\/|\/cli\/dist\/(?:program|errors|options\/.*)\.js$/,
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
  // Strategies are packages of their own, which may be there or not.
  external: /^@openfactory\/strategy-/,
  plugins: [leanModules],
  // The global one loads Node's whole perf_hooks, for 4 ms.
  transform: { inject: { performance: [fileURLToPath(new URL("./clock.mjs", import.meta.url)), "clock"] } },
});
const { output } = await bundle.write({
  dir: DIST,
  // CommonJS: an ESM import of node:http loads all that it exports, which is 20 ms of things never used.
  format: "cjs",
  entryFileNames: "[name].cjs",
  chunkFileNames: "[name].cjs",
  comments: { legal: true, annotation: false, jsdoc: false },
  codeSplitting: { groups: GROUPS, includeDependenciesRecursively: false },
});
await bundle.close();
for (const { fileName, code } of output) await writeFile(join(DIST, fileName), ascii(code));
writeLicences(join(DIST, `${NAME}.licences.txt`), output);
