import type { PublishedPort } from "@openfactory/deploy-core";
import type { PsRow } from "@openfactory/deployer";
import { ago } from "./durations.js";
import { imageText } from "./image-text.js";
import { type Column, table } from "./table.js";

const RELATIONS: Readonly<Record<PsRow["relation"], string>> = {
  current: "",
  changed: "changed",
  orphan: "not in the file",
  "other-file": "of another file",
  unrecorded: "of no recorded file",
  foreign: "not ours",
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
    relation === "other-file" && owner !== undefined ? `of ${owner}` : RELATIONS[relation],
  ].filter(Boolean);
  return notes.length === 0 ? state : `${state} (${notes.join(", ")})`;
}

const columns: readonly Column<PsRow>[] = [
  { title: "APP", cell: ({ app }) => app },
  { title: "SERVICE", cell: ({ service }) => service, dropRank: 5 },
  { title: "STATE", cell: stateOf },
  { title: "REPLICAS", cell: ({ status }) => (status ? `${status.replicas.running}/${status.replicas.desired}` : "-") },
  { title: "IMAGE", cell: ({ status }) => (status ? imageText(status.image) : "-"), dropRank: 2 },
  { title: "PORTS", cell: ({ status }) => status?.ports.map(portText).join(",") || "-", dropRank: 1 },
  { title: "NODES", cell: nodesOf, dropRank: 3 },
  { title: "CREATED", cell: ({ status }) => (status ? ago(status.createdAt) : "-"), dropRank: 4 },
];

export const psText = (rows: readonly PsRow[], width?: number): string => table(columns, rows, width);
