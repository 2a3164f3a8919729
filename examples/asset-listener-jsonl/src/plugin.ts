import { appendFile } from "node:fs/promises";
import { resolve } from "node:path";
import { defineAssetListenerPlugin } from "@openfactory/deploy-core";

/** Appends every asset event to the file `OPENFACTORY_ASSETS_FILE`. Default: `assets.jsonl` in the working directory. */
export const plugin = defineAssetListenerPlugin({
  name: "jsonl",
  contractVersion: "1.0",
  description: "Appends asset events to a file, one JSON object per line.",
  create: ({ env, cwd }) => {
    const file = resolve(cwd, env["OPENFACTORY_ASSETS_FILE"] || "assets.jsonl");
    return {
      name: "jsonl",
      // One write per line, so that lines of concurrent runs don't mix.
      onAsset: (event) => appendFile(file, `${JSON.stringify(event)}\n`),
    };
  },
});
