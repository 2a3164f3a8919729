import type { Output } from "../io.js";
import { formatDuration } from "../output/format.js";
import { type Column, table } from "../output/table.js";
import type { Timings } from "./timings.js";

/** Two tables: the parts of the command with their calls, and the apps with their phases, the slowest app first. */
export function timingsText({ totalMs, calls, phases, apps }: Timings, { columns, isTTY }: Output): string {
  const width = isTTY ? columns : undefined;
  const total = { phase: "total", ms: totalMs, calls };
  const parts = table(
    [
      { title: "PART", cell: ({ phase }) => phase },
      { title: "TIME", cell: ({ ms }) => shortDuration(ms) },
      { title: "CALLS", cell: (row) => String(row.calls) },
    ],
    [...phases, total],
    width,
  );
  if (apps.length === 0) return `\n${parts}`;
  const names = [...new Set(apps.flatMap((app) => app.phases.map(({ phase }) => phase)))];
  type App = Timings["apps"][number];
  const appColumns: Column<App>[] = [
    { title: "APP", cell: ({ app }) => app },
    { title: "TIME", cell: ({ ms }) => shortDuration(ms) },
    ...names.map((name, index): Column<App> => ({
      title: name.toUpperCase(),
      cell: (app) => {
        const found = app.phases.find(({ phase }) => phase === name);
        return found === undefined ? "" : shortDuration(found.ms);
      },
      dropRank: index,
    })),
  ];
  const slowestFirst = [...apps].sort((a, b) => b.ms - a.ms);
  return `\n${parts}\n${table(appColumns, slowestFirst, width)}`;
}

/** `12 ms` below a second. */
const shortDuration = (ms: number): string => (ms < 999.5 ? `${Math.round(ms)} ms` : formatDuration(ms));
