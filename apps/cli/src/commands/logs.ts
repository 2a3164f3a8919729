import { DeploymentError, requireCapability } from "@openfactory/deploy-core";
import type { CommandContext } from "../command-context.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import { listenForInterrupt } from "../interrupt.js";
import { followLogs, readLogs } from "../logs/read-logs.js";
import { logWriter } from "../logs/write-logs.js";
import { writeJson } from "../output/json-lines.js";
import { loadProject } from "../wiring/load-project.js";
import { chooseDeployed } from "../wiring/deployed-apps.js";
import { guardedStrategy } from "../wiring/guarded-strategy.js";
import { tellElsewhere } from "../wiring/tell-elsewhere.js";
import { UsageError } from "../usage-error.js";

export interface LogsCommandOptions {
  apps: string[];
  follow?: boolean;
  tail?: number;
  since?: Date;
}

export async function logsCommand({ io, options }: CommandContext<LogsCommandOptions>): Promise<ExitCode> {
  refuseFileNames(options);
  const desired = await loadProject(options, io);
  const opened = await guardedStrategy(options, io, desired);
  const interrupt = listenForInterrupt(io);
  try {
    const strategy = requireCapability(opened, "logs");
    const targets = await chooseDeployed(options.apps, desired, opened);
    const { follow, tail, since } = options;
    const write = logWriter(targets, options, io);
    const read = follow ? followLogs : readLogs;
    // A reader that goes away ends the stream; a signal does, too.
    const signal = AbortSignal.any([interrupt.signal, write.closed]);
    const missing = await read(strategy, targets, { follow, tail, since, signal }, write.entry);
    for (const { key, service } of missing) {
      const reason = `${key} is not deployed: there is no service ${service}.`;
      if (options.apps.length > 0 || missing.length === targets.length) {
        const [elsewhere] = desired === undefined ? [] : await tellElsewhere(opened, desired, { io, options, signal });
        const hint = elsewhere?.reason ?? "Run `ofdeploy up` first; `ofdeploy ps` shows what is deployed.";
        throw new DeploymentError("NOT_FOUND", reason, { service, hint });
      }
      if (!options.json) io.stderr.write(`${reason}\n`);
    }
    const exitCode = interrupt.exitCode() ?? EXIT.ok;
    if (options.json) writeJson(io.stdout, "result", { command: "logs", ok: exitCode === EXIT.ok, exitCode });
    return exitCode;
  } finally {
    interrupt.stop();
    await opened.close();
  }
}

/** After `logs`, `-f` follows; before it and with all other commands it names a file. */
function refuseFileNames({ apps, follow }: LogsCommandOptions): void {
  const path = follow ? apps.find((name) => name === "-" || /[\\/]|\.ya?ml$/.test(name)) : undefined;
  if (path === undefined) return;
  throw new UsageError(
    `-f after \`logs\` means --follow, and ${path} is a file, not an app.`,
    `Run \`ofdeploy -f ${path} logs\`.`,
  );
}
