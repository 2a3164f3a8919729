import { cp, readFile } from "node:fs/promises";
import type { Outside } from "./outside.js";

const MODULE = `
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { defineAssetListenerPlugin, defineConnectorPlugin } from "@openfactory/deploy-core";
import { z } from "zod";

export const connector = defineConnectorPlugin({
  name: "modbus",
  contractVersion: 1,
  description: "A device that speaks Modbus.",
  schema: z.strictObject({ type: z.literal("modbus"), unit: z.number().max(247, "a unit is at most 247") }),
  build: ({ connector }) => ({ services: [{ role: "gateway", request: { image: "modbus:1", env: [\`UNIT=\${connector.unit}\`] } }] }),
});

export const listener = defineAssetListenerPlugin({
  name: "recorder",
  contractVersion: 1,
  description: "Records assets.",
  create: ({ cwd }) => ({
    name: "recorder",
    onAsset: ({ change, asset }) => appendFile(join(cwd, "assets.txt"), \`\${change} \${asset.kind} \${asset.uuid}\\n\`),
  }),
});
`;

/** Dependencies that the package has as separate copies. */
const COPIES = ["@openfactory/deploy-core", "reflect-metadata", "tsyringe", "zod"];

/** Adds a package with a connector and an asset listener to the dependencies of an installed project. */
export async function addOwnConnector(outside: Outside, project: string): Promise<void> {
  const folder = `${project}/node_modules/acme-modbus`;
  const plugins = { connectors: { modbus: "./plugin.js" }, assetListeners: { recorder: "./plugin.js" } };
  const manifest = JSON.parse(await readFile(outside.path(project, "package.json"), "utf8"));
  await outside.write(folder, {
    "package.json": { name: "acme-modbus", version: "1.0.0", type: "module", openfactory: plugins },
    "plugin.js": MODULE,
  });
  await outside.write(project, {
    "package.json": { ...manifest, dependencies: { ...manifest.dependencies, "acme-modbus": "1.0.0" } },
    "modbus.yml": "name: modbus\ndevices:\n  valve:\n    uuid: VALVE-1\n    connector: {type: modbus, unit: 7}\n",
    "wrong.yml": "name: modbus\ndevices:\n  valve:\n    uuid: VALVE-1\n    connector: {type: modbus, unit: 248}\n",
  });
  for (const name of COPIES) {
    await cp(outside.path(project, "node_modules", name), outside.path(folder, "node_modules", name), {
      recursive: true,
    });
  }
}
