import type { Mount, NormalizedRequest } from "@openfactory/deploy-core";
import { commonKeys, deployEntry, dependsOnEntry, part, restartText, tmpfsEntries } from "./common.js";
import { type Conversion, Printer } from "./printer.js";
import { declaredResources } from "./resources.js";

type Entry = Record<string, unknown>;

/** The project as an app file. */
export function toAppFile(conversion: Conversion): Entry {
  const { project, located } = conversion;
  const keys = new Map(located.map(({ app }) => [app.service, app.key]));
  const apps = located.map((app) => [app.app.key, appEntry(new Printer(app, conversion), keys)] as const);
  return part({ name: project.project, ...declaredResources(conversion), apps: Object.fromEntries(apps) }) ?? {};
}

function appEntry(printer: Printer, keys: ReadonlyMap<string, string>): Entry {
  const request = printer.request as NormalizedRequest;
  const { args, command, networkAliases, openFiles } = request;
  if (request.name !== request.name.toLowerCase()) {
    printer.lose("name", "A uuid becomes a service name in lower case, which is another service.");
  }
  const common = commonKeys(printer);
  return (
    part({
      uuid: printer.text(["name"], request.name),
      image: printer.text(["image"], request.image),
      image_pull_policy: request.imagePullPolicy,
      ...userKeys(printer),
      openfactory_variables: request.replicaEnv === true ? undefined : false,
      command: command && words(printer, "command", command),
      args: args && words(printer, "args", args),
      ...networkKeys(printer),
      network_aliases: networkAliases,
      ...common,
      ...storageKeys(printer),
      restart: restartText(request),
      deploy: deployEntry(printer, { open_files: openFiles }),
      templates: request.templates,
      depends_on: dependsOnEntry(printer, (service) => keys.get(service) ?? service),
    }) ?? {}
  );
}

const words = (printer: Printer, field: string, list: string | readonly string[]): unknown =>
  typeof list === "string" ? printer.text([field], list) : printer.texts([field], list);

function userKeys({ request: { user } }: Printer): Entry {
  const [uid, gid] = /^([1-9]\d*):([1-9]\d*)$/.exec(user ?? "")?.slice(1) ?? [];
  return uid === undefined ? { user } : { runtime_uid: Number(uid), runtime_gid: Number(gid) };
}

/** Networks by the names of their declarations; others exist under their name on the engine. */
function networkKeys({ request: { networks }, conversion }: Printer): Entry {
  if (networks?.[0] === "host" || networks?.[0] === "none") return { network_mode: networks[0] };
  const { resources } = conversion.project;
  return {
    networks: networks?.map(
      (name) => resources.find(({ spec }) => spec.kind === "network" && spec.name === name)?.key ?? name,
    ),
  };
}

/** What `storage` can say of a mount's target. */
const MOUNT_POINT = /^\/[\w./-]{0,254}$/;

/** `storage`, and `tmpfs`. A mount that neither can say is noted. */
function storageKeys(printer: Printer): Entry {
  const mounts = (printer.request.mounts ?? []) as Mount[];
  const storage: Entry = {};
  mounts.forEach((mount, index) => {
    const field = `mounts[${index}]`;
    if (mount.Type === "tmpfs") return;
    if (!MOUNT_POINT.test(mount.Target) || mount.Target.includes("..")) {
      printer.lose(field, "A mount point consists of letters, digits, _, ., - and /: the mount is missing.");
      return;
    }
    if (mount.Consistency !== undefined) printer.lose(field, "Storage has no consistency.");
    const entry = mount.Type === "bind" ? localEntry(mount, field, printer) : volumeEntry(mount, field, index, printer);
    storage[storageName(mount, storage)] = entry;
  });
  return { storage: Object.keys(storage).length === 0 ? undefined : storage, tmpfs: tmpfsEntries(mounts) };
}

/** A name from the last part of the target, with a number if another storage has it. */
function storageName({ Target }: Mount, taken: Entry): string {
  const base = (Target.split("/").findLast((step) => step !== "") ?? "data").replace(/[^a-zA-Z0-9_-]/g, "_");
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}_${number}`;
    if (taken[name] === undefined) return name;
  }
}

function localEntry({ Source = "", Target, ReadOnly, BindOptions }: Mount, field: string, printer: Printer): Entry {
  if (BindOptions !== undefined) printer.lose(field, "Storage of type local has no options of a bind mount.");
  const local_path = printer.path(Source);
  return (
    part({ type: "local", local_path, mount_point: Target, read_only: ReadOnly || undefined, any_node: true }) ?? {}
  );
}

function volumeEntry(
  { Source, Target, ReadOnly, VolumeOptions }: Mount,
  field: string,
  index: number,
  printer: Printer,
): Entry {
  const { NoCopy, Subpath, Labels, DriverConfig } = VolumeOptions ?? {};
  if (Source === undefined) {
    printer.lose(field, `An anonymous volume becomes the volume ${printer.request.name}_${index}, which is kept.`);
  }
  return (
    part({
      type: "volume",
      volume: Source ?? `${printer.request.name}_${index}`,
      mount_point: Target,
      read_only: ReadOnly || undefined,
      driver: DriverConfig?.Name,
      driver_opts: DriverConfig?.Options,
      labels: Labels,
      nocopy: NoCopy,
      subpath: Subpath,
    }) ?? {}
  );
}
