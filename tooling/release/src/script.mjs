import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "@openfactory/bundle";
import { findCalledFunctions } from "@openfactory/bundle/called-functions";
import { compileEagerly } from "@openfactory/bundle/eager-functions";

const EXAMPLE = fileURLToPath(new URL("../../../apps/cli/example/openfactory.yml", import.meta.url));

/** Imports with Node's own loader, since an executable's script can import Node's modules only. */
const IMPORT_FILE = `const importFile = (url) => {
  const { compileFunction, constants } = require("node:vm");
  const options = { importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER };
  return compileFunction("return import(url)", ["url"], options)(url);
};`;

/** Where the command loads plugins: in core and in the command. */
const PLUGIN_IMPORTS = 2;

/**
 * Returns the command as one file of JavaScript for an executable, with its version.
 * @param folder a folder for temporary files
 */
export async function bundleScript(version, folder) {
  const [{ code }] = await bundle({
    input: fileURLToPath(new URL("./entry.mjs", import.meta.url)),
    plugins: [inlineVersion(version)],
    codeSplitting: false,
  });
  let found = 0;
  // Not the methods named import.
  const script = code.replace(/(?<![\w$.])(?<!\basync )import\((?!["`])/g, () => {
    found += 1;
    return "importFile(";
  });
  if (found !== PLUGIN_IMPORTS)
    throw new Error(
      `The command imports files in ${found} places, not in ${PLUGIN_IMPORTS}. Check them, and change the number.`,
    );
  return compileCalled(`"use strict";\n${IMPORT_FILE}\n${script}`, folder);
}

/** Makes V8 compile the functions that typical commands call with the script, so that its compiled code contains them. */
async function compileCalled(script, folder) {
  const file = join(folder, "script.cjs");
  await writeFile(file, script);
  const called = await findCalledFunctions(file, EXAMPLE);
  return compileEagerly(script, called.get(basename(file)));
}

/** An executable has no package.json beside it. */
function inlineVersion(version) {
  return {
    name: "inline-version",
    transform(code, id) {
      if (!id.endsWith("/cli/dist/version.js")) return null;
      const inlined = code.replace(
        'createRequire(import.meta.url)("../package.json")',
        `(${JSON.stringify({ version })})`,
      );
      if (inlined === code) throw new Error(`${id} does not read the version from package.json.`);
      return { code: inlined };
    },
  };
}
