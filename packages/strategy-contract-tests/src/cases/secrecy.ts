import { inspect } from "node:util";
import type { DeployRequest, ProgressEvent } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import type { Suite } from "../suite.js";

const SECRET = "s3cr3t-value-of-the-caller";

/** Values of env may be secret: they are in the environment of the process, and nowhere else. */
export function secrecyCases(suite: Suite): void {
  const wrong: Record<string, (suite: Suite) => Partial<DeployRequest>> = {
    "a missing image": ({ target }) => ({ image: target.images.missing }),
    "a missing network": () => ({ networks: ["no-such-network"] }),
    "a key set twice": () => ({ env: [`PASSWORD=${SECRET}`, `PASSWORD=${SECRET}`] }),
    "an entry without a key": () => ({ env: [`=${SECRET}`] }),
    "an entry that is no text": () => ({ env: [{ PASSWORD: SECRET }] as unknown as string[] }),
    "a port that is none": () => ({ ports: { 0: 0 } }),
    "nothing wrong": () => ({}),
  };

  describe("no error, event, warning or label repeats a value of env", () => {
    test.for(Object.entries(wrong))("%s", async ([, part]) => {
      const events: ProgressEvent[] = [];
      const request = { ...suite.request(), env: [`PASSWORD=${SECRET}`], ...part(suite) };
      const observer = (event: ProgressEvent) => events.push(event);
      const outcome = await suite.strategy.deploy(request, { observer }).catch((error: unknown) => error);
      // With message, stack, properties and causes, as a log might print it.
      expect(inspect([outcome, events], { depth: 10, maxStringLength: null })).not.toContain(SECRET);
      const settings = await suite.probes.settings(request.name);
      expect(JSON.stringify({ ...settings, env: [] })).not.toContain(SECRET);
    });
  });
}
