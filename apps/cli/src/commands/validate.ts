import { EXIT, type ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";
import { deviceFields, devicesText, filesText } from "../output/files-text.js";
import { writeJson, writeResult } from "../output/json-lines.js";
import { printWarnings } from "../output/messages.js";
import { loadDesired } from "../project.js";

/** Runs the checks of `up` that need no engine. */
export async function validateCommand({ io, options }: CommandContext<{ strict?: boolean }>): Promise<ExitCode> {
  const { desired, strategy } = await loadDesired(options, io);
  const { checkPolicy, checkProject } = await import("@openfactory/deployer");
  const checked = await checkPolicy(strategy, checkProject(desired, strategy, options));
  const checkedApps = checked.apps.map(({ app, warnings }) => ({ app: app.key, warnings }));
  printWarnings(checked.warnings, checkedApps, options, io);
  const { project, files } = desired;
  const apps = desired.apps.map(({ key: app, service }) => ({ app, service }));
  const platform = strategy.manifest.name;
  if (options.json) {
    for (const device of desired.devices) writeJson(io.stdout, "device", deviceFields(device));
    writeResult(io, {
      command: "validate",
      ok: true,
      exitCode: EXIT.ok,
      files,
      project,
      platform,
      apps,
    });
  } else if (!options.quiet) {
    io.stdout.write(devicesText(desired.devices));
    io.stdout.write(`${filesText(desired, platform)}, project ${project}\n`);
  }
  await strategy.close();
  return EXIT.ok;
}
