import type { Mount, NormalizedRequest } from "@openfactory/deploy-core";
import { commonKeys, deployEntry, dependsOnEntry, part, restartText, tmpfsEntries } from "./common.js";
import { type Conversion, Printer } from "./printer.js";
import { declaredResources } from "./resources.js";

type Entry = Record<string, unknown>;

/** The project as a Compose file. Services are named by their service names, so that apps find each other by them. */
export function toCompose(conversion: Conversion): Entry {
  const { project, located } = conversion;
  const external: External = { networks: new Map(), secrets: new Map(), configs: new Map() };
  const volumes: Entry = {};
  const services = located.map((app) => {
    const printer = new Printer(app, conversion);
    return [app.app.service, serviceEntry(printer, external, volumes)] as const;
  });
  const declared = declaredResources(conversion);
  return (
    part({
      name: project.project,
      services: Object.fromEntries(services),
      networks: { ...declared.networks, ...externals(external.networks) },
      volumes: Object.fromEntries(Object.entries(volumes)),
      secrets: { ...declared.secrets, ...externals(external.secrets) },
      configs: { ...declared.configs, ...externals(external.configs) },
    }) ?? {}
  );
}

/** Names on the engine of existing resources, by their keys in the file. */
type External = Record<"networks" | "secrets" | "configs", Map<string, string>>;

const externals = (names: ReadonlyMap<string, string>): Entry =>
  Object.fromEntries([...names].map(([key, name]) => [key, { external: true, ...(name !== key && { name }) }]));

function serviceEntry(printer: Printer, external: External, volumes: Entry): Entry {
  const request = printer.request as NormalizedRequest;
  const { app } = printer.app;
  const { args, command, openFiles, user, networkAliases = [] } = request;
  const common = commonKeys(printer);
  for (const kind of ["secrets", "configs"] as const) noteExternal(kind, printer, external);
  const mode = modeOf(printer);
  return (
    part({
      image: printer.text(["image"], request.image),
      pull_policy: request.imagePullPolicy,
      user: user === undefined ? undefined : printer.text(["user"], user),
      entrypoint: command && words(printer, "command", command),
      command: args && words(printer, "args", args),
      ...common,
      ...(mode === undefined ? { networks: networksOf(printer, external, networkAliases) } : { network_mode: mode }),
      volumes: volumesOf(printer, volumes),
      tmpfs: tmpfsEntries((request.mounts ?? []) as Mount[]),
      restart: restartText(request, deployHasPolicy(request) ? undefined : "always"),
      ulimits: openFiles === undefined ? undefined : { nofile: { soft: openFiles, hard: openFiles } },
      deploy: deployEntry(printer),
      depends_on: dependsOnEntry(printer, (service) => service),
      "x-openfactory": part({
        name: app.service,
        replica_env: request.replicaEnv,
        templates: request.templates,
      }),
    }) ?? {}
  );
}

const deployHasPolicy = ({ restart }: NormalizedRequest): boolean =>
  restart?.Delay !== undefined || restart?.Window !== undefined;

const words = (printer: Printer, field: string, list: string | readonly string[]): unknown =>
  typeof list === "string" ? printer.text([field], list) : printer.texts([field], list);

/** A service without networks is on the engine's default network, where Compose would add one of the project. */
function modeOf({ request: { networks = [] } }: Printer): string | undefined {
  const [first] = networks;
  if (first === undefined) return "bridge";
  return first === "host" || first === "none" ? first : undefined;
}

function networksOf(
  { request: { networks = [] }, conversion }: Printer,
  external: External,
  aliases: readonly string[],
): unknown {
  const { resources } = conversion.project;
  const keys = networks.map((name) => {
    const declared = resources.find(({ spec }) => spec.kind === "network" && spec.name === name);
    if (declared === undefined) external.networks.set(name, name);
    return declared?.key ?? name;
  });
  return aliases.length === 0 ? keys : Object.fromEntries(keys.map((key) => [key, { aliases }]));
}

function noteExternal(kind: "secrets" | "configs", { request, conversion }: Printer, external: External): void {
  for (const { name } of (request as NormalizedRequest)[kind] ?? []) {
    const isDeclared = conversion.project.resources.some(({ spec }) => `${spec.kind}s` === kind && spec.name === name);
    if (!isDeclared) external[kind].set(name, name);
  }
}

/** Volumes in the long form. Each volume of the engine is declared with its name. */
function volumesOf(printer: Printer, declared: Entry): unknown[] | undefined {
  const mounts = ((printer.request.mounts ?? []) as Mount[]).filter(({ Type }) => Type !== "tmpfs");
  if (mounts.length === 0) return undefined;
  return mounts.map(({ Type, Source, Target, ReadOnly, Consistency, BindOptions, VolumeOptions }) => {
    const common = { target: Target, read_only: ReadOnly || undefined, consistency: Consistency };
    if (Type === "bind") {
      const bind = part({ propagation: BindOptions?.Propagation, create_host_path: BindOptions?.CreateMountpoint });
      return part({ type: "bind", source: printer.path(Source ?? ""), ...common, bind });
    }
    const { NoCopy, Subpath, Labels, DriverConfig } = VolumeOptions ?? {};
    if (Source !== undefined) {
      declared[Source] = part({
        name: Source,
        driver: DriverConfig?.Name,
        driver_opts: DriverConfig?.Options,
        labels: Labels,
      });
    }
    return part({ type: "volume", source: Source, ...common, volume: part({ nocopy: NoCopy, subpath: Subpath }) });
  });
}
