import { defineConfig } from "vitest/config";
import shared from "../../vitest/vitest.config.ts";
import { mutatePlugin } from "./mutate-plugin.ts";
import { idOf } from "./mutation.ts";
import { mutations } from "./table/mutations.ts";

const { root = "", resolve, ssr } = shared;
const mutation = mutations.find((one) => idOf(one) === process.env["MUTATION"]);

/** The contract of one strategy, with the mutation of the variable `MUTATION`, if it is set. */
export default defineConfig({
  root,
  resolve,
  ssr,
  plugins: mutation ? [mutatePlugin(root, mutation, process.env["MUTATION_PROOF"])] : [],
  test: {
    include: ["tooling/mutations/src/suites/*.suite.ts"],
    globalSetup: ["tooling/vitest/engine.setup.ts"],
    hookTimeout: 60_000,
    // The cache identifies a module by its file, not by the mutated text, and would mix up mutations.
    fsModuleCache: false,
  },
});
