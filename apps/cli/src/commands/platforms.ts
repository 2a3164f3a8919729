import {
  DeploymentError,
  type PlatformDescription,
  REQUEST_FIELDS,
  type StrategyManifest,
} from "@openfactory/deploy-core";
import type { CommandContext } from "../command-context.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import { writeJson } from "../output/json-lines.js";
import { table } from "../output/table.js";
import { collectPlugins } from "../wiring/find-plugins.js";

interface Platform extends PlatformDescription {
  /** What it says of itself without any options; undefined where it needs some, or can't be used. */
  manifest?: StrategyManifest;
}

/** What is known here. A plugin that can't be used is a row like the others, and no failure. */
export async function platformsCommand({ io, options }: CommandContext): Promise<ExitCode> {
  const { platforms: registry } = await collectPlugins(options, io, { tolerant: true });
  const described = await registry.describe();
  const platforms = await Promise.all(
    described.map(async (platform): Promise<Platform> => {
      if (platform.error !== undefined) return platform;
      try {
        const strategy = await registry.create(platform.name);
        await strategy.close();
        return { ...platform, manifest: strategy.manifest };
      } catch (error) {
        if (DeploymentError.isInstance(error, "PLUGIN_FAILED")) return { ...platform, error };
        // It needs options of its own: its name and description are known all the same.
        return platform;
      }
    }),
  );
  if (options.json) {
    for (const { manifest, ...platform } of platforms) {
      const { capabilities, honours, unhonoured, placesOnNodes } = manifest ?? {};
      const exceptions = unhonoured?.map(({ field, reason, refuse }) => ({ field, reason, refuse: refuse ?? false }));
      writeJson(io.stdout, "platform", { ...platform, capabilities, honours, unhonoured: exceptions, placesOnNodes });
    }
    writeJson(io.stdout, "result", { command: "platforms", ok: true, exitCode: EXIT.ok });
    return EXIT.ok;
  }
  io.stdout.write(
    table<Platform>(
      [
        { title: "PLATFORM", cell: ({ name }) => name },
        {
          title: "DESCRIPTION",
          cell: ({ description, error }) => (error ? `can't be used: ${error.message}` : (description ?? "")),
        },
        { title: "CAPABILITIES", cell: ({ manifest }) => manifest?.capabilities.join(", ") ?? "-", dropRank: 1 },
        { title: "NOT HONOURED", cell: ({ manifest }) => (manifest ? notHonoured(manifest) : "-"), dropRank: 3 },
        { title: "FROM", cell: ({ origin }) => origin, dropRank: 2 },
      ],
      platforms,
      io.stdout.isTTY ? io.stdout.columns : undefined,
    ),
  );
  return EXIT.ok;
}

/** The parts that are declared with a reason, and the fields that are not claimed at all. */
function notHonoured({ honours, unhonoured }: StrategyManifest): string {
  const declared = unhonoured.map(({ field }) => field);
  const unclaimed = REQUEST_FIELDS.filter((field) => !honours.includes(field) && !declared.includes(field));
  // Of a field that is claimed, an exception is about some of its values.
  const parts = declared.map((field) => (honours.some((claimed) => claimed === field) ? `${field} (in part)` : field));
  return [...parts, ...unclaimed].join(", ") || "nothing";
}
