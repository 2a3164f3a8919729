// Updates the versions and writes the changelogs, from the changesets. Run by the release workflow only. Changesets calls pnpm,
// which a runner does not have.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { main } from "./lib/main.mjs";
import { root } from "./lib/root.mjs";
import { runTool } from "./lib/step.mjs";

await main(async () => {
  const { devEngines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const pnpm = `pnpm@${devEngines.packageManager.version}`;
  await runTool("Could not update the versions", "npx", ["-y", "-p", pnpm, "changeset", "version"]);
  return 0;
});
