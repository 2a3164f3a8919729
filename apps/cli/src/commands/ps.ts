import type { PsRow } from "@openfactory/deployer";
import type { CommandContext } from "../command-context.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import { styleFor } from "../output/style.js";
import { warningEvents, warningText } from "../output/warning-text.js";
import { tellElsewhere } from "../wiring/tell-elsewhere.js";
import { writeJson } from "../output/json-lines.js";
import { psText } from "../output/ps-text.js";
import { loadProject } from "../wiring/load-project.js";
import { openStrategy } from "../wiring/open-strategy.js";

export async function psCommand({ io, options }: CommandContext): Promise<ExitCode> {
  const desired = await loadProject(options, io, undefined, "local");
  const strategy = await openStrategy(options, io);
  try {
    const { othersLeft, ownerOf, ps } = await import("@openfactory/deployer");
    const [rows, elsewhere] = await Promise.all([
      ps(strategy, desired),
      tellElsewhere(strategy, desired, { io, options }),
    ]);
    const named = new Set(desired.apps.map(({ service }) => service));
    const isOther = ({ service, relation }: PsRow): boolean =>
      !named.has(service) && (relation === "other-file" || relation === "unrecorded");
    const owners = rows.filter(isOther).flatMap(({ status }) => ownerOf(status?.labels ?? {}) ?? []);
    const told = [
      ...othersLeft(
        owners.map((owner) => ({ owner })),
        desired,
        "not listed",
      ),
      ...elsewhere,
    ];
    const here = rows.filter((row) => !isOther(row));
    if (options.json) {
      for (const warning of told) writeJson(io.stdout, "warning", warning);
      for (const row of rows) writeJson(io.stdout, "app", row);
      writeJson(io.stdout, "result", { command: "ps", ok: true, exitCode: EXIT.ok, project: desired.project });
      return EXIT.ok;
    }
    for (const event of warningEvents(told, [])) io.stderr.write(warningText(event, styleFor(io.stderr, io)));
    if (here.length === 0) {
      io.stdout.write(`${desired.project}: nothing is deployed\n`);
    } else {
      io.stdout.write(psText(here, io.stdout.isTTY ? io.stdout.columns : undefined));
    }
    return EXIT.ok;
  } finally {
    await strategy.close();
  }
}
