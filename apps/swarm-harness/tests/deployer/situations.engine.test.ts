import { test } from "vitest";
import { localKit } from "./docker-kits.js";
import { checkSituation, whyNot } from "./situations/check-situation.js";
import { SITUATIONS } from "./situations/table.js";

test.each(SITUATIONS.map((situation) => [situation.name, situation] as const))("%s", async (_, situation) => {
  const kit = localKit(process.env["DOCKER_HOST"] ?? "");
  try {
    if (whyNot(situation, kit) === undefined) await checkSituation(situation, kit);
  } finally {
    await kit.cleanUp();
  }
});
