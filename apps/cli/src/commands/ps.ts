import { METADATA_LABELS, type PublishedPort } from "@openfactory/deploy-core";
import type { DesiredProject, PsRow } from "@openfactory/deployer";
import { chooseApps, type NamedApp } from "../choose-apps.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";
import { ago, shortenDigest } from "../output/format.js";
import { writeJson } from "../output/json-lines.js";
import { printWarnings } from "../output/messages.js";
import { type Column, table } from "../output/table.js";
import { openStrategy, findPlatformWarnings } from "../platforms.js";
import { loadProject } from "../project.js";

export interface PsCommandOptions {
  /** Names of the apps to list. Default: all. */
  apps?: string[];
}

export async function psCommand({ io, options }: CommandContext<PsCommandOptions>): Promise<ExitCode> {
  const desired = await loadProject(options, io, undefined, "local");
  const strategy = await openStrategy(options, io);
  try {
    const { otherFilesWarning, ownerOf, ps } = await import("@openfactory/deployer");
    const names = options.apps ?? [];
    const [found, platformWarnings] = await Promise.all([
      ps(strategy, desired),
      findPlatformWarnings(strategy, desired, { io, options }),
    ]);
    const rows = chooseApps(names, {
      apps: found.map((row) => asNamedApp(row, desired)),
      devices: desired.devices,
    }).map(({ row }) => row);
    const ownServices = new Set(desired.apps.map(({ service }) => service));
    const isOfOtherFile = ({ service, relation }: PsRow): boolean =>
      !ownServices.has(service) && (relation === "other-file" || relation === "unrecorded");
    const owners = (names.length > 0 ? [] : rows.filter(isOfOtherFile)).flatMap(
      ({ status }) => ownerOf(status?.labels ?? {}) ?? [],
    );
    const warnings = [
      ...otherFilesWarning(
        owners.map((owner) => ({ owner })),
        desired,
        "not listed",
      ),
      ...platformWarnings,
    ];
    const listed = names.length > 0 ? rows : rows.filter((row) => !isOfOtherFile(row));
    printWarnings(warnings, [], options, io);
    if (options.json) {
      for (const row of rows) writeJson(io.stdout, "app", row);
      writeJson(io.stdout, "result", { command: "ps", ok: true, exitCode: EXIT.ok, project: desired.project });
      return EXIT.ok;
    }
    if (options.quiet) {
      for (const { status } of listed) for (const id of status?.ids ?? []) io.stdout.write(`${id}\n`);
      return EXIT.ok;
    }
    if (listed.length === 0) {
      io.stdout.write(`${desired.project}: nothing is deployed\n`);
    } else {
      io.stdout.write(psText(listed, io.stdout.isTTY ? io.stdout.columns : undefined));
    }
    return EXIT.ok;
  } finally {
    await strategy.close();
  }
}

/** A row that the command line can name by its app, service or device. */
function asNamedApp(row: PsRow, { apps }: DesiredProject): NamedApp & { row: PsRow } {
  const { app: key, service, status } = row;
  const device = apps.find((app) => app.service === service)?.device?.key ?? status?.labels[METADATA_LABELS.device];
  return { key, service, row, ...(device !== undefined && { device: { key: device } }) };
}

const RELATIONS: Readonly<Record<PsRow["relation"], string>> = {
  current: "",
  changed: "changed",
  orphan: "not in the file",
  "other-file": "owned by another file",
  unrecorded: "owner unknown",
  foreign: "not managed",
  absent: "",
};

const portText = ({ hostAddress, published, target, protocol }: PublishedPort): string =>
  published === undefined
    ? `${target}/${protocol}`
    : `${hostAddress ? `${hostAddress}:` : ""}${published}->${target}/${protocol}`;

const nodesOf = ({ status }: PsRow): string =>
  [...new Set((status?.instances ?? []).map(({ node }) => node).filter((node) => node !== undefined))].join(",") || "-";

const UPDATES = {
  updating: "updating",
  paused: "update paused",
  "rolling-back": "rolling back",
  "rollback-paused": "rollback paused",
} as const;

/** `running`, `running (changed)`, `failed (update paused, changed)`, `not deployed`. */
function stateOf({ status, relation, owner }: PsRow): string {
  const state = status?.state ?? "not deployed";
  const notes = [
    status?.update && UPDATES[status.update],
    relation === "other-file" && owner !== undefined ? `owned by ${owner}` : RELATIONS[relation],
  ].filter(Boolean);
  return notes.length === 0 ? state : `${state} (${notes.join(", ")})`;
}

const columns: readonly Column<PsRow>[] = [
  { title: "APP", cell: ({ app }) => app },
  { title: "SERVICE", cell: ({ service }) => service, dropRank: 5 },
  { title: "STATE", cell: stateOf },
  { title: "REPLICAS", cell: ({ status }) => (status ? `${status.replicas.running}/${status.replicas.desired}` : "-") },
  { title: "IMAGE", cell: ({ status }) => (status ? shortenDigest(status.image) : "-"), dropRank: 2 },
  { title: "PORTS", cell: ({ status }) => status?.ports.map(portText).join(",") || "-", dropRank: 1 },
  { title: "NODES", cell: nodesOf, dropRank: 3 },
  { title: "CREATED", cell: ({ status }) => (status ? ago(status.createdAt) : "-"), dropRank: 4 },
];

export const psText = (rows: readonly PsRow[], width?: number): string => table(columns, rows, width);
