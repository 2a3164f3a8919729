import { createHash } from "node:crypto";
import { DeploymentError } from "@openfactory/deploy-core";
import { type FilesAtTime, type Folders, readFiles } from "./node/files.js";
import type { Host } from "./node/host.js";
import { listContainers, type PodmanContainer } from "./node/podman.js";
import { type UnitState, unitStates } from "./node/systemd.js";
import { containerUnit, type EnvironmentFiles, readRecord, type ServiceRecord } from "./unit/container-unit.js";
import { environmentOf } from "./unit/environment.js";

/** A service of this strategy, as the node has it. */
export interface Service {
  readonly name: string;
  readonly record: ServiceRecord;
  /** The text of its unit file. */
  readonly unit: string;
  /** Someone has edited the unit file. */
  readonly edited: boolean;
  /** Changes whenever the unit file or the environment changes, except by a stop or a start. */
  readonly revision: string;
  /** The version before the last update. */
  readonly previous?: ServiceVersion;
  /** The version that an update, which is in progress or was interrupted, replaces. */
  readonly replaced?: ServiceVersion;
  readonly state: UnitState;
  readonly container?: PodmanContainer;
  /** Microseconds since 1970, on the node's clock, when all this was read. */
  readonly now: number;
}

/** A version of a service, with the text of its unit file. */
export interface ServiceVersion {
  readonly record: ServiceRecord;
  readonly unit: string;
}

/** The paths of a service's files. */
export const pathsOf = ({ units, state }: Folders, name: string) => ({
  unit: `${units}/${name}.container`,
  folder: `${state}/${name}`,
  /** The previous version's unit, for a rollback. */
  previous: `${state}/${name}/previous.unit`,
  /** The unit that a running update replaces, for its recovery. */
  replaced: `${state}/${name}/replaced.unit`,
  /** The variables of a version: as JSON for reading them back, for Podman, and for systemd. */
  json: (version: string) => `${state}/${name}/${version}.json`,
  podman: (version: string) => `${state}/${name}/${version}.env`,
  systemd: (version: string) => `${state}/${name}/${version}.vars`,
});

/** The environment files of a record. */
export function environmentFiles(folders: Folders, { version, request }: ServiceRecord): EnvironmentFiles {
  const paths = pathsOf(folders, request.name);
  const hasInherited = environmentOf(request.env).inherited.length > 0;
  return { podman: paths.podman(version), systemd: hasInherited ? paths.systemd(version) : undefined };
}

/** The text of the unit of a record. */
export const unitOf = (folders: Folders, record: ServiceRecord): string =>
  containerUnit(record, environmentFiles(folders, record));

/** Reads the service with exactly this name. @throws DeploymentError `NOT_FOUND`; `CONFLICT` if another tool owns the name. */
export async function readService(host: Host, folders: Folders, name: string, signal?: AbortSignal): Promise<Service> {
  const found = await lookUp(host, folders, name, signal);
  if (found.service !== undefined) return found.service;
  if (found.owner === undefined) {
    throw new DeploymentError("NOT_FOUND", `Service ${name} not found.`, {
      hint: "Check the name: `ofdeploy ps` lists the services.",
    });
  }
  throw new DeploymentError("CONFLICT", `${name} is ${found.owner}, which this platform did not create.`, {
    hint: "Use the tool that created it, or choose another name.",
  });
}

/** What has a name: a service of this strategy, or something that another tool owns, as a noun. */
export interface NameOwner {
  readonly service?: Service;
  readonly owner?: string;
  /** Microseconds since 1970, on the node's clock. */
  readonly now: number;
}

/** Looks up a name on the node. */
export async function lookUp(host: Host, folders: Folders, name: string, signal?: AbortSignal): Promise<NameOwner> {
  const paths = pathsOf(folders, name);
  const [{ now, files }, states, containers] = await Promise.all([
    readFiles(host, [paths.unit, paths.folder], signal),
    unitStates(host, [name], signal),
    listContainers(host, name, signal),
  ]);
  const state = states.get(name) ?? ABSENT;
  const service = assemble(folders, name, files, { now, state, containers });
  if (service !== undefined) return { service, now };
  if (files.has(paths.unit)) return { owner: "a Quadlet unit", now };
  const [container] = containers;
  if (container !== undefined && container.service === undefined) return { owner: "a Podman container", now };
  if (state.load !== "not-found" && state.source !== "" && state.source !== paths.unit)
    return { owner: `a systemd unit (${state.source})`, now };
  return { now };
}

/** Reads all services of this strategy. */
export async function readServices(host: Host, folders: Folders, signal?: AbortSignal): Promise<Service[]> {
  const [{ now, files }, containers] = await Promise.all([
    readAll(host, folders, signal),
    listContainers(host, undefined, signal),
  ]);
  const names = [...files.keys()].flatMap((path) => unitName(folders, path) ?? []);
  const own = names.filter((name) => readRecord(files.get(pathsOf(folders, name).unit) ?? "", undefined) !== undefined);
  const states = await unitStates(host, own, signal);
  return own.flatMap(
    (name) => assemble(folders, name, files, { now, state: states.get(name) ?? ABSENT, containers }) ?? [],
  );
}

/** The unit files, and the files of their services. */
async function readAll(host: Host, folders: Folders, signal?: AbortSignal): Promise<FilesAtTime> {
  const { now, files } = await readFiles(host, [folders.units], signal);
  const names = [...files.keys()].flatMap((path) => unitName(folders, path) ?? []);
  if (names.length === 0) return { now, files };
  const more = await readFiles(
    host,
    names.map((name) => pathsOf(folders, name).folder),
    signal,
  );
  return { now, files: new Map([...files, ...more.files]) };
}

const unitName = ({ units }: Folders, path: string): string | undefined =>
  path.startsWith(`${units}/`) ? /^([a-zA-Z0-9_-]+)\.container$/.exec(path.slice(units.length + 1))?.[1] : undefined;

const ABSENT: UnitState = {
  load: "not-found",
  source: "",
  active: "inactive",
  sub: "dead",
  result: "success",
  invocation: "",
  exitCode: 0,
  startedAt: 0,
  endedAt: 0,
  restarts: 0,
};

interface Seen {
  readonly now: number;
  readonly state: UnitState;
  readonly containers: readonly PodmanContainer[];
}

/** A service from its files and its states. Undefined if it has no unit file of this strategy. */
function assemble(
  folders: Folders,
  name: string,
  files: ReadonlyMap<string, string>,
  { now, state, containers }: Seen,
): Service | undefined {
  const paths = pathsOf(folders, name);
  const unit = files.get(paths.unit);
  const record = unit === undefined ? undefined : recordOf(unit, paths.json, files);
  if (unit === undefined || record === undefined) return undefined;
  const previous = versionAt(paths.previous, paths.json, files);
  const replaced = versionAt(paths.replaced, paths.json, files);
  const container = containers.find((one) => one.name === name && one.service === record.id);
  return {
    name,
    record,
    unit,
    edited: unit !== unitOf(folders, record),
    revision: createHash("sha256")
      .update(JSON.stringify([withoutStop(unit), record.request.env]))
      .digest("hex")
      .slice(0, 32),
    ...(previous && { previous }),
    ...(replaced && { replaced }),
    state,
    ...(container && { container }),
    now,
  };
}

function versionAt(
  path: string,
  json: (version: string) => string,
  files: ReadonlyMap<string, string>,
): ServiceVersion | undefined {
  const unit = files.get(path);
  const record = unit === undefined ? undefined : recordOf(unit, json, files);
  return unit === undefined || record === undefined ? undefined : { record, unit };
}

function recordOf(unit: string, json: (version: string) => string, files: ReadonlyMap<string, string>) {
  const record = readRecord(unit, undefined);
  const env = record && files.get(json(record.version));
  return env === undefined ? record : readRecord(unit, JSON.parse(env) as string[]);
}

/** A unit file without the lines that a stop and a start change. */
const withoutStop = (unit: string): string =>
  unit.replace(/^Stopped=true\n/m, "").replace(/\n\[Install\]\nWantedBy=.*\n/, "");
