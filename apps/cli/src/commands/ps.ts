import type { CommandContext } from "../command-context.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import { writeJson } from "../output/json-lines.js";
import { psText } from "../output/ps-text.js";
import { loadProject } from "../wiring/load-project.js";
import { openStrategy } from "../wiring/open-strategy.js";

export async function psCommand({ io, options }: CommandContext): Promise<ExitCode> {
  const desired = await loadProject(options, io);
  const strategy = await openStrategy(options, io);
  try {
    const { ps } = await import("@openfactory/deployer");
    const rows = await ps(strategy, desired);
    if (options.json) {
      for (const row of rows) writeJson(io.stdout, "app", row);
      writeJson(io.stdout, "result", { command: "ps", ok: true, exitCode: EXIT.ok, project: desired.project });
    } else if (rows.length === 0) {
      io.stdout.write(`${desired.project}: nothing is deployed\n`);
    } else {
      io.stdout.write(psText(rows, io.stdout.isTTY ? io.stdout.columns : undefined));
    }
    return EXIT.ok;
  } finally {
    await strategy.close();
  }
}
