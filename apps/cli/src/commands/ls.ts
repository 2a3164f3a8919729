import type { ProjectSummary } from "@openfactory/deployer";
import { EXIT, type ExitCode } from "../exit-codes.js";
import { listenForInterrupt } from "../interrupt.js";
import type { CommandContext } from "../options/context.js";
import { stripControlChars } from "../output/format.js";
import { writeJson, writeResult } from "../output/json-lines.js";
import { type Column, table } from "../output/table.js";
import { openGuardedStrategy } from "../platforms.js";

/** Lists the projects on the engine. Reads no file. */
export async function lsCommand({ io, options }: CommandContext): Promise<ExitCode> {
  const strategy = await openGuardedStrategy(options, io, undefined);
  const interrupt = listenForInterrupt(io);
  try {
    const { listProjects } = await import("@openfactory/deployer");
    const projects = await listProjects(strategy, { signal: interrupt.signal });
    if (options.json) {
      for (const project of projects) writeJson(io.stdout, "project", project);
      writeResult(io, { command: "ls", ok: true, exitCode: EXIT.ok });
    } else if (options.quiet) {
      for (const { project } of projects) io.stdout.write(`${stripControlChars(project)}\n`);
    } else if (projects.length === 0) {
      io.stdout.write(`No projects on the platform ${strategy.manifest.name}.\n`);
    } else {
      io.stdout.write(table(columns, projects, io.stdout.isTTY ? io.stdout.columns : undefined));
    }
    return EXIT.ok;
  } finally {
    interrupt.stop();
    await strategy.close();
  }
}

const columns: readonly Column<ProjectSummary>[] = [
  { title: "PROJECT", cell: ({ project }) => project },
  { title: "STATE", cell: ({ state }) => state },
  { title: "APPS", cell: ({ running, apps }) => `${running}/${apps}` },
  { title: "PLATFORM", cell: ({ platform }) => platform, dropRank: 3 },
  { title: "FILES", cell: ({ files }) => files.join(",") || "-", dropRank: 2 },
  { title: "DIRECTORY", cell: ({ directory }) => directory ?? "-", dropRank: 1 },
];
