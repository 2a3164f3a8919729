// npm run docs: serves the documentation site, and prints its address. npm run docs:build: builds it in docs/dist. npm run
// docs:check: builds it and checks it. Installs what it needs first. Runs on the system's Node without installed dependencies.
import { main, runOnOwnNode } from "./lib/main.mjs";
import { installWithDocs } from "./setup.mjs";

const vitepress = (command, args) =>
  runOnOwnNode("../../../docs/node_modules/vitepress/bin/vitepress.js", [command, "docs", ...args]);

await main(async () => {
  await installWithDocs();
  const [command, ...args] = process.argv.slice(2);
  if (command !== "check") return vitepress(command, args);
  return (await vitepress("build", [])) || runOnOwnNode("../../../docs/check/main.mjs");
});
