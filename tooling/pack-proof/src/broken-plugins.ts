import type { Outside } from "./outside.js";

/** Packages with unusable plugins, each for another reason: name to the text of its module. */
const packages: Record<string, { platform: string; module: string }> = {
  "plugin-that-throws": { platform: "throwing", module: `throw new Error("no license found\\nat secret.js:1");` },
  "plugin-of-tomorrow": {
    platform: "tomorrow",
    module: `export const plugin = { name: "tomorrow", contractVersion: 99, options: {}, register() {} };`,
  },
  "plugin-one": { platform: "twice", module: `export const plugin = {};` },
  "plugin-two": { platform: "twice", module: `export const plugin = {};` },
};

/** The expected error of each unusable platform. */
export const expectedErrors = {
  throwing: {
    code: "PLUGIN_FAILED",
    message: "The strategy plugin plugin-that-throws can't be used: it failed to load: no license found.",
  },
  tomorrow: {
    code: "PLUGIN_FAILED",
    message:
      "The strategy plugin plugin-of-tomorrow can't be used: " +
      "it is built for contract version 99.0, and ofdeploy has version 1.0: the major versions must be equal.",
  },
  twice: { code: "CONFLICT", message: "Two plugins provide the platform twice: plugin-one and plugin-two." },
};

/** Adds the packages to an installed project, and a dependency that is not installed. */
export async function addBrokenPlugins(
  outside: Outside,
  project: string,
  manifest: Record<string, unknown>,
): Promise<void> {
  const declared = Object.fromEntries(Object.keys(packages).map((name) => [name, "1.0.0"]));
  const dependencies = { ...(manifest["dependencies"] as object), ...declared, "plugin-that-is-absent": "1.0.0" };
  await outside.write(project, { "package.json": { ...manifest, dependencies } });
  for (const [name, { platform, module }] of Object.entries(packages)) {
    await outside.write(`${project}/node_modules/${name}`, {
      "package.json": {
        name,
        version: "1.0.0",
        type: "module",
        openfactory: { deploymentPlatforms: { [platform]: "./plugin.js" } },
      },
      "plugin.js": module,
    });
  }
}
