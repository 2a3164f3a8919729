import { builtinModules } from "node:module";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { ascii } from "./ascii.mjs";
import { loadBuiltInsOnFirstUse } from "./lazy-built-ins.mjs";
import { leanModules } from "./lean-modules.mjs";

const CLOCK = fileURLToPath(new URL("./clock.mjs", import.meta.url));
const NODE_20 = fileURLToPath(new URL("./node-20.mjs", import.meta.url));

/** Globals, and what replaces them. */
const STAND_INS = {
  // The global `performance` loads Node's perf_hooks, which takes 4 ms.
  performance: [CLOCK, "clock"],
  "Promise.withResolvers": [NODE_20, "withResolvers"],
  "Map.groupBy": [NODE_20, "mapGroupBy"],
  "Object.groupBy": [NODE_20, "objectGroupBy"],
};

/**
 * Bundles modules and everything that they import to CommonJS, since an ESM import of node:http loads all exports, which
 * takes 20 ms. Returns the chunks without writing them. Throws if a chunk requires a module that is not part of Node.
 */
export async function bundle({ input, plugins = [], ...outputOptions }) {
  const build = await rolldown({
    input,
    platform: "node",
    plugins: [leanModules, ...plugins],
    preserveEntrySignatures: "allow-extension",
    checks: { ineffectiveDynamicImport: false },
    transform: { inject: STAND_INS, target: "node20" },
  });
  const { output } = await build.generate({
    format: "cjs",
    comments: { legal: true, annotation: false, jsdoc: false },
    ...outputOptions,
  });
  await build.close();
  const chunks = new Set(output.map(({ fileName }) => fileName));
  const missing = output
    .flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports])
    .filter((id) => !chunks.has(id) && !builtinModules.includes(id.replace(/^node:/, "")));
  if (missing.length > 0) throw new Error(`The bundle requires modules outside of it: ${missing.join(", ")}.`);
  return output.map((chunk) => ({
    ...chunk,
    code: loadBuiltInsOnFirstUse(ascii(chunk.code)),
    moduleIds: chunk.moduleIds,
  }));
}
