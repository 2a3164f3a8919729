// npm run docs: serves the documentation site, and prints its address. npm run docs:build: builds it in docs/dist. Installs what
// it needs first. Runs on the system's Node without installed dependencies.
import { main, runOnOwnNode } from "./lib/main.mjs";
import { installWithDocs } from "./setup.mjs";

await main(async () => {
  await installWithDocs();
  const [command, ...args] = process.argv.slice(2);
  return runOnOwnNode("../../../docs/node_modules/vitepress/bin/vitepress.js", [command, "docs", ...args]);
});
