import { cp } from "node:fs/promises";
import type { Outside } from "./outside.js";

/** Dependencies that the plugin has as separate copies, different from those of the command and other plugins. */
const COPIES = ["@openfactory/deploy-core", "tsyringe", "reflect-metadata", "zod"];

const MODULE = `
import "reflect-metadata";
import { defineStrategyPlugin, DEPLOYMENT_STRATEGY, DeploymentError, OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import { inject, injectable } from "tsyringe";
import { z } from "zod";

const REASON = Symbol("reason");

class OwnStrategy extends OpenFactoryServiceDeploymentStrategy {
  constructor(reason) {
    super();
    this.reason = reason;
  }
  async deploy(request) {
    const { name, image } = this.prepare(request).request;
    if (name === "db") throw new DeploymentError("CONFLICT", \`\${name} is taken: \${this.reason}.\`, { hint: "Choose another." });
    return { name, ids: [name], image, warnings: [] };
  }
  async remove() {}
}
inject(REASON)(OwnStrategy, undefined, 0);
injectable()(OwnStrategy);

export const plugin = defineStrategyPlugin({
  name: "own",
  contractVersion: 1,
  description: "Has its own core.",
  options: z.strictObject({ reason: z.string().default("so it is") }),
  register(container, { reason }) {
    container.register(REASON, { useValue: reason });
    container.register(DEPLOYMENT_STRATEGY, { useClass: OwnStrategy });
  },
});
`;

/** Adds the plugin of the platform `own` to an installed project. Returns its file, for `--plugin`. */
export async function addPluginWithOwnCopies(outside: Outside, project: string): Promise<string> {
  const folder = `${project}/node_modules/plugin-with-own-copies`;
  await outside.write(folder, {
    "package.json": { name: "plugin-with-own-copies", version: "1.0.0", type: "module" },
    "plugin.js": MODULE,
  });
  for (const name of COPIES) {
    await cp(outside.path(project, "node_modules", name), outside.path(folder, "node_modules", name), {
      recursive: true,
    });
  }
  return outside.path(folder, "plugin.js");
}
