import { expect, test } from "vitest";
import { DEFAULT_CONCURRENCY } from "../../../../packages/deployer/src/model/concurrency.js";
import { deployCommands } from "./deploy.js";
import { operateCommands } from "./operate.js";

const { create, update, remove } = DEFAULT_CONCURRENCY;

// The table may not load the deployer, so that it repeats the numbers.
test.each([
  ["up", `${create} new, ${update} updated`],
  ["rollback", update],
  ["down", remove],
  ["restart", update],
  ["stop", remove],
  ["start", create],
])("the help of %s has the deployer's default of --concurrency: %s", (name, number) => {
  const definition = [...deployCommands.commands, ...operateCommands.commands].find((each) => each.name === name);
  const option = definition?.options?.find(({ long }) => long === "--concurrency");
  expect(option?.description).toMatch(new RegExp(`\\(default: ${number}\\)$`));
});
