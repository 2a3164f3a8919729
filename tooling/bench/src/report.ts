import type { Figure, Result } from "./measure.ts";
import type { Role } from "./workload.ts";

const round = (value: number): number => (value >= 100 ? Math.round(value) : Math.round(value * 10) / 10);

const cell = (figure: Figure | undefined, unit: string): string => {
  if (figure === undefined) return "-";
  const { median, least, most } = figure;
  return `${round(median)} ${unit} (${round(least)}-${round(most)})`;
};

const ratio = (figure: Figure | undefined, other: Figure | undefined): number | undefined =>
  figure === undefined || other === undefined ? undefined : Math.round((figure.median / other.median) * 100) / 100;

const TITLES = [
  "PART",
  "WORKLOAD",
  "OURS",
  "PEER",
  "FLOOR",
  "PYTHON",
  "LOOP",
  "BEFORE",
  "NODE",
  "x PEER",
  "x FLOOR",
  "x BEFORE",
  "NODE x PEER",
];

/** A table with one line for each workload: medians, with minimum and maximum in brackets. */
export function table(results: readonly Result[]): string {
  const rows = results.map(
    ({ workload: { part, name, unit = "ms" }, figures: { ours, peer, floor, python, loop, before, node } }) => [
      part,
      name,
      ...[ours, peer, floor, python, loop, before, node].map((figure) => cell(figure, unit)),
      ...[ratio(ours, peer), ratio(ours, floor), ratio(ours, before), ratio(node, peer)].map((each) =>
        each === undefined ? "-" : each.toFixed(2),
      ),
    ],
  );
  const widths = TITLES.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [TITLES, ...rows]
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The figures of a workload in one line, for progress. */
export const summary = ({ workload: { unit = "ms" }, figures }: Result): string =>
  Object.entries(figures)
    .map(([role, figure]) => `${role} ${cell(figure, unit)}`)
    .join(", ");

/** Remarks for the table: skipped and failed workloads, and notes about figures. */
export const remarks = (results: readonly Result[]): string[] =>
  results.flatMap(({ workload: { part, name, skip, note }, failures }) => [
    ...(skip === undefined ? [] : [`skipped: ${part}: ${name} (${skip})`]),
    ...Object.entries(failures).map(([role, reason]) => `failed: ${part}: ${name}: ${role}: ${reason}`),
    ...(note === undefined ? [] : [`${part}: ${name}: ${note}`]),
  ]);

/** One object for each workload. */
export const asJson = (results: readonly Result[], about: object): object[] =>
  results.map(({ workload: { part, name, unit = "ms", skip, note }, figures, failures }) => ({
    part,
    workload: name,
    unit,
    ...(Object.fromEntries(Object.entries(figures)) as Partial<Record<Role, Figure>>),
    ratio_peer: ratio(figures.ours, figures.peer),
    ratio_floor: ratio(figures.ours, figures.floor),
    ratio_before: ratio(figures.ours, figures.before),
    ratio_node_peer: ratio(figures.node, figures.peer),
    ...(skip === undefined ? {} : { skipped: skip }),
    ...(note === undefined ? {} : { note }),
    ...(Object.keys(failures).length === 0 ? {} : { failures }),
    ...about,
  }));
