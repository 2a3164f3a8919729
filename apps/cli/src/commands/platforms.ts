import {
  DeploymentError,
  type PluginDescription,
  REQUEST_FIELDS,
  type StrategyManifest,
} from "@openfactory/deploy-core";
import { EXIT, type ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";
import { writeJson, writeResult } from "../output/json-lines.js";
import { table } from "../output/table.js";
import { collectPlugins } from "../plugins.js";

interface Platform extends PluginDescription {
  /** Undefined if the platform requires options or can't be used. */
  manifest?: StrategyManifest;
}

/** Lists the available platforms. A plugin that can't be used is listed with its error, and does not fail the command. */
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
        // The platform requires options. Its name and description are listed without them.
        return platform;
      }
    }),
  );
  if (options.json) {
    for (const { manifest, ...platform } of platforms) {
      const { capabilities, supportedFields, limitations, placesOnNodes } = manifest ?? {};
      const parts = limitations?.map(({ field, reason, refuse }) => ({ field, reason, refuse: refuse ?? false }));
      writeJson(io.stdout, "platform", {
        ...platform,
        capabilities,
        supportedFields,
        limitations: parts,
        placesOnNodes,
      });
    }
    writeResult(io, { command: "platforms", ok: true, exitCode: EXIT.ok });
    return EXIT.ok;
  }
  if (options.quiet) {
    for (const { name } of platforms) io.stdout.write(`${name}\n`);
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
        { title: "CONTRACT", cell: ({ contractVersion }) => contractVersion ?? "-", dropRank: 0 },
        { title: "CAPABILITIES", cell: ({ manifest }) => manifest?.capabilities.join(", ") ?? "-", dropRank: 1 },
        { title: "NOT SUPPORTED", cell: ({ manifest }) => (manifest ? unsupportedFields(manifest) : "-"), dropRank: 3 },
        { title: "FROM", cell: ({ origin }) => origin, dropRank: 2 },
      ],
      platforms,
      io.stdout.isTTY ? io.stdout.columns : undefined,
    ),
  );
  return EXIT.ok;
}

/** The fields that the platform does not support, and those that it supports in part. */
function unsupportedFields({ supportedFields, limitations }: StrategyManifest): string {
  const limited = limitations.map(({ field }) => field);
  const undeclared = REQUEST_FIELDS.filter((field) => !supportedFields.includes(field) && !limited.includes(field));
  const parts = limited.map((field) =>
    supportedFields.some((supported) => supported === field) ? `${field} (partly)` : field,
  );
  return [...parts, ...undeclared].join(", ") || "none";
}
