#!/usr/bin/env node
// Runs in the folder of a command, after tsc. Bundles dist/index.js and its imports to dist/ofdeploy*.cjs.
// Also writes the manual page, and the JSON Schema of app files.
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { bundle } from "./bundle.mjs";
import { findCalledFunctions } from "./called-functions.mjs";
import { compileEagerly } from "./eager-functions.mjs";
import { manPage } from "./man-page.mjs";
import { writeLicenses } from "./write-licenses.mjs";

const NAME = "ofdeploy";
const DIST = "dist";

/** The output file of a module is that of the first group that matches. Modules for errors are in separate files. */
const GROUPS = [
  { name: "zod", test: /\/node_modules\/zod\/|stand-in/ },
  {
    // Imports no file but zod: program.js configures zod before any schema is created.
    name: "parse",
    test: /\/node_modules\/(?:commander|leven)\/|\/cli\/dist\/(?:program|errors|(?:options|command-table)\/.*|commands\/help|output\/(?:safe-output|terminal-text))\.js$/,
  },
  // Without names.js, so that completing commands and options loads nothing else.
  { name: "complete", test: /\/cli\/dist\/(?:completion\/(?!names)|commands\/completion)/ },
  { name: "yaml", test: /\/node_modules\/js-yaml\/|\/app-file\/dist\/yaml\/parse-yaml\.js$/ },
  { name: "xml", test: /\/node_modules\/(?:saxes|xmlchars)\// },
  {
    name: "compose",
    test: /\/app-file\/dist\/compose\/(?!read-compose|merge|keys|support)/,
  },
  { name: "docker", test: /\/strategy-local-docker\/dist\// },
  { name: "swarm", test: /\/strategy-swarm\/dist\// },
  {
    name: "rare",
    test: /\/cli\/dist\/(?:schemas\/.*|completion\/names|timings\/.*|saved-plan\/(?:saved-plan-file|json-text)|policy\/verify-images|commands\/(?:doctor|init|platforms|schema|watch-ps)|output\/(?:plan-(?:markdown|metrics|page\/.*|summary)|ps-views|visible))\.js$|\/docker-engine\/dist\/image-signatures\//,
  },
  {
    name: "engine",
    test: /\/docker-(?:engine|translators)\/dist\/|\/node_modules\/(?:dockerode|docker-modem)\//,
  },
  {
    name: "work",
    test: /\/(?:cli|core|app-file|deployer)\/dist\/(?!main\.|io\.|index\.|exit-codes|version\.)|\/node_modules\/|(?:clock|node-20)\.mjs$/,
  },
];

const output = await bundle({
  input: { [NAME]: join(DIST, "index.js") },
  entryFileNames: "[name].cjs",
  chunkFileNames: `${NAME}-[name].cjs`,
  codeSplitting: { groups: GROUPS, includeDependenciesRecursively: false },
});
// A command that runs during the build finds every file at any time.
const write = async (fileName, code) => {
  await writeFile(join(DIST, `${fileName}.new`), code);
  await rename(join(DIST, `${fileName}.new`), join(DIST, fileName));
};
for (const { fileName, code } of output) await write(fileName, code);
const called = await findCalledFunctions(resolve("bin/ofdeploy.js"), resolve("example/openfactory.yml"));
for (const { fileName, code } of output) {
  if (called.has(fileName)) await write(fileName, compileEagerly(code, called.get(fileName)));
}
const written = new Set(output.map(({ fileName }) => fileName));
for (const file of await readdir(DIST)) {
  if (file.endsWith(".cjs") && !written.has(file)) await rm(join(DIST, file));
}
// For programs that import the command: Node finds the names of this CommonJS file.
await writeFile(join(DIST, `${NAME}.js`), `export { EXIT, run, runProcess } from "./${NAME}.cjs";\n`);
writeLicenses(join(DIST, `${NAME}.licenses.txt`), output);

const load = (path) => import(pathToFileURL(join(process.cwd(), path)).href);
const { describeProgram } = await load("dist/program.js");
const { version } = JSON.parse(await readFile("package.json", "utf8"));
await writeFile(join(DIST, `${NAME}.1`), manPage({ ...describeProgram(), version }));
const { appFileJsonSchema } = await load("node_modules/@openfactory/app-file/dist/index.js");
await writeFile(join(DIST, "openfactory.schema.json"), `${JSON.stringify(appFileJsonSchema(), undefined, 2)}\n`);
