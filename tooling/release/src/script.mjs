import { fileURLToPath } from "node:url";
import { bundle } from "@openfactory/bundle";

/**
 * Imports with Node's own loader, since an executable's script can import Node's modules only. Node warns that this is
 * experimental, which is of no use to users: the executable brings the Node that the tests ran on.
 */
const IMPORT_FILE = `const importFile = (url) => {
  const { compileFunction, constants } = require("node:vm");
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    const options = { importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER };
    return compileFunction("return import(url)", ["url"], options)(url);
  } finally {
    process.emitWarning = emitWarning;
  }
};`;

/** Where the command loads plugins: in core and in the command. */
const PLUGIN_IMPORTS = 2;

/** Returns the command as one file of JavaScript for an executable, with its version. */
export async function bundleScript(version) {
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
  return `"use strict";\n${IMPORT_FILE}\n${script}`;
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
