import { defineConfig } from "vitest/config";
import shared from "../../vitest/vitest.config.ts";
import { mutatePlugin } from "./mutate-plugin.ts";
import { idOf } from "./mutation.ts";
import { mutations } from "./table/mutations.ts";

const { root = "", resolve, ssr } = shared;
const mutation = mutations.find((one) => idOf(one) === process.env["MUTATION"]);

/** The contract of one strategy, with the mutation that `MUTATION` names, or as it is. */
export default defineConfig({
  root,
  resolve,
  ssr,
  plugins: mutation ? [mutatePlugin(root, mutation, process.env["MUTATION_PROOF"])] : [],
  test: {
    include: ["tooling/mutations/src/suites/*.suite.ts"],
    globalSetup: ["tooling/vitest/engine.setup.ts"],
    hookTimeout: 60_000,
    // It knows a module by its file, not by what the plugin makes of it: one mutation would be taken for another.
    fsModuleCache: false,
  },
});
