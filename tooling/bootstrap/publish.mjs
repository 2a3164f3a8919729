// Publishes the packages whose version is not on npm yet, after setup: the tarballs that `npm run release:dry` checks. Then
// adds the tags. Run by the release workflow only.
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { main, runOnOwnNode } from "./lib/main.mjs";
import { root } from "./lib/root.mjs";
import { runTool } from "./lib/step.mjs";

await main(async () => {
  const built = await runOnOwnNode("../../release/src/main.mjs", ["--targets", "", "--no-deb", "--no-image"]);
  if (built !== 0) return built;
  const folder = join(root, "dist", "release", "npm");
  for (const file of readdirSync(folder)) {
    const tarball = join(folder, file);
    if (isPublished(tarball)) continue;
    await runTool(`Could not publish ${file}`, "npm", ["publish", "--provenance", "--access", "public", tarball]);
  }
  // The action reads the tags from this output.
  await runTool("Could not add the tags", "npx", ["changeset", "tag"]);
  return 0;
});

function isPublished(tarball) {
  const { name, version } = JSON.parse(
    execFileSync("tar", ["-xzOf", tarball, "package/package.json"], { encoding: "utf8" }),
  );
  return spawnSync("npm", ["view", `${name}@${version}`, "version"], { encoding: "utf8" }).stdout.trim() === version;
}
