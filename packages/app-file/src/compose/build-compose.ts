import type { SourceLocation } from "@openfactory/deploy-core";
import { checkHostPorts, checkKeys, checkServiceNames } from "../checks.js";
import { resolveDependencies } from "../dependencies.js";
import { resolvePath, type Files } from "../files/referenced-files.js";
import { type Findings, quote, type Report, reporterFor } from "../findings.js";
import type { Environment, Lookup } from "../interpolation/interpolate.js";
import { ProjectBudget } from "../limits.js";
import type { BuiltProject, LocatedApp } from "../located.js";
import type { App, AppProject } from "../model.js";
import type { FileNotes } from "../notes.js";
import { nameProject } from "../project-name.js";
import { REQUEST_FORMAT } from "../request/build-request.js";
import { EnvFiles } from "../request/env-files.js";
import { type Declarations, declareResources, hashDeclaredSecrets, usedResources } from "../resources.js";
import { validateOutline } from "../schema/app-file.js";
import { addSchemaFindings } from "../schema/schema-findings.js";
import type { FilePath, SourceTree } from "../yaml/source-tree.js";
import { FILE_KEYS, type KeyRule, SERVICE_KEYS } from "./keys.js";
import type { Volume } from "./context.js";
import { declareVolume } from "./mounts.js";
import { supportedValue } from "./support.js";
import { type ServiceEntry, serviceSchema, volumeSchema } from "./schema.js";
import { buildServiceRequest, DEFAULT_NETWORK, networkKeys, sharedEntry } from "./service.js";

/** The input of {@link buildComposeProject}. */
export interface ComposeSources {
  /** The merged files. */
  tree: SourceTree;
  /** Paths of the files relative to the project directory. The first owns the apps and resources. */
  names: readonly string[];
  /** The files that the model references. */
  files: Files;
  env: Environment;
  /** The project's name. Default: `name:` of a file, else the directory's. */
  name: string | undefined;
  directory: string;
  /** Active profiles; `*` for all. */
  profiles: readonly string[];
  notes: FileNotes;
}

interface Context extends ComposeSources {
  project: string;
  file: string;
  findings: Findings;
  report: Report;
}

/**
 * Builds a project from a Compose model, with the rules and checks of app files.
 * @throws DeploymentError `INVALID_FILE` with all findings, including those of reading the files.
 */
export async function buildComposeProject(sources: ComposeSources, findings: Findings): Promise<BuiltProject> {
  const { tree, names, name, directory, notes } = sources;
  const report = reporterFor(tree, findings);
  const identity = nameProject([tree], { given: name, directory }, findings);
  const context = { ...sources, project: identity.project, file: names[0] ?? "", findings, report };
  checkTopLevel(context);
  const services = activeServices(context);
  const declared = await declare(services, context);
  const volumes = declareVolumes(context);
  const { env: environment, files } = sources;
  const budget = new ProjectBudget(findings);
  const envFiles = new EnvFiles(files, environment);
  const deployed = new Set(services.map(({ key }) => key));
  const located = services.map(({ key, path, service }) => {
    const shared = { tree, file: context.file, environment, inherited: new Map(), files, envFiles, budget };
    const published = (service.ports ?? []).reduce((total, { length }) => total + length, 0);
    budget.addPorts(published, tree.locateKey([...path, "ports"]));
    const entry = sharedEntry(service, key);
    checkReferences(service, path, declared, report);
    const { fields, ...built } = buildServiceRequest({
      ...shared,
      entry,
      path,
      declared,
      findings,
      report,
      service,
      key,
      project: identity.project,
      volumes,
      notes,
    });
    const app: App = {
      key,
      service: built.request.name,
      location: tree.locateKey(path),
      file: context.file,
      ...built,
      format: REQUEST_FORMAT,
      dependsOn: [],
      localStorageLocations: [],
    };
    return {
      app,
      entry: { ...entry, ...dependencies(service, deployed), networks: networkKeys(service) },
      path,
      tree,
      fields,
    };
  });
  checkServiceNames(located, findings);
  checkHostPorts(located, findings);
  const keys = services.map(({ key, path }) => ({ key, path, tree }));
  checkKeys(keys, findings);
  resolveDependencies(located, keys, findings);
  findings.throwIfAny();
  const entries = located.map(({ entry }) => entry);
  const project = {
    ...identity,
    files: [...names],
    apps: located.map(({ app }) => app),
    devices: [],
    networks: existingNetworks(located, declared),
    resources: usedResources(declared, entries),
    notes: notes.list(),
  };
  return { project, located };
}

interface ActiveService {
  key: string;
  path: FilePath;
  service: ServiceEntry;
}

function checkTopLevel({ tree, findings, report }: Context): void {
  for (const key of tree.root.children?.keys() ?? []) {
    if (!Object.hasOwn(FILE_KEYS, key))
      report([key], "unknown key", "Compose files have services, networks, volumes, secrets and configs.");
  }
  const services = tree.find(["services"]);
  if (services?.children === undefined || services.children.size === 0) {
    findings.add(tree.locate(["services"]), "no services in the file", "Add an entry to services.");
  }
}

/** The valid services whose profile is active. */
function activeServices(context: Context): ActiveService[] {
  const { tree, profiles, notes, findings } = context;
  const keys = [...(tree.find(["services"])?.children?.keys() ?? [])].map(String);
  const inactive = new Set(keys.filter((key) => !isActive(tree.find(["services", key, "profiles"])?.value, profiles)));
  for (const key of inactive) {
    const names = [tree.find(["services", key, "profiles"])?.value].flat().map(String).join(", ");
    notes.addInactive(
      key,
      tree.locateKey(["services", key]),
      `The service is not deployed: none of its profiles (${names}) is active. Pass --profile <name> to deploy it.`,
    );
  }
  return keys.flatMap((key): ActiveService[] => {
    if (inactive.has(key)) return [];
    const path = ["services", key];
    const service = parsed(serviceSchema, path, { keys: SERVICE_KEYS }, context);
    if (service === undefined) return [];
    if (!/^[a-zA-Z0-9._-]+$/.test(key)) {
      findings.add(
        tree.locateKey(path),
        `services: the name ${quote(key)} must consist of letters, digits, ., _ and -`,
      );
    }
    return [{ key, path, service }];
  });
}

/** A service without profiles is always active. */
const isActive = (own: unknown, active: readonly string[]): boolean =>
  !Array.isArray(own) ||
  own.length === 0 ||
  active.includes("*") ||
  own.some((profile) => active.includes(String(profile)));

/** The value at a path, of the keys that are supported. Undefined if it is invalid, which is a finding. */
function parsed<Value>(
  schema: { safeParse: (value: unknown) => { data?: Value; error?: Parameters<typeof addSchemaFindings>[0] } },
  path: FilePath,
  rule: KeyRule,
  context: Context,
): Value | undefined {
  const { tree, findings } = context;
  const { data, error } = schema.safeParse(supportedValue(path, rule, context) ?? {});
  if (error) addSchemaFindings(error, path, tree, findings, () => Object.keys(rule.keys ?? {}));
  return data;
}

/** Networks, secrets and configs. The project's default network is declared, if a service joins it. */
async function declare(services: readonly ActiveService[], context: Context): Promise<Declarations> {
  const { tree, findings, report, project, file, files, env } = context;
  const sectionOf = (kind: "networks" | "secrets" | "configs"): Record<string, unknown> | undefined => {
    const all = supportedValue([kind], FILE_KEYS[kind] ?? {}, context) as
      | Record<string, Record<string, unknown> | null>
      | undefined;
    if (all == null) return undefined;
    return Object.fromEntries(
      Object.entries(all).map(([key, entry]) => [key, withExternal(kind, key, entry, context)]),
    );
  };
  const networks = sectionOf("networks");
  const joinsDefault = services.some(({ service }) => networkKeys(service).includes(DEFAULT_NETWORK));
  const all = {
    networks: {
      ...networks,
      ...(joinsDefault && networks?.[DEFAULT_NETWORK] === undefined && { [DEFAULT_NETWORK]: {} }),
    },
    secrets: sectionOf("secrets"),
    configs: sectionOf("configs"),
  };
  const { data, error } = validateOutline(all);
  if (error) addSchemaFindings(error, [], tree, findings, () => []);
  const declaring = { project, tree, file, files, env };
  return declareResources(data, { ...declaring, report, hash: await hashDeclaredSecrets([[data, declaring]]) });
}

/** Compose's older `external: {name}`, and a `name` that an app file does not have, in the form of app files. */
function withExternal(
  kind: string,
  key: string,
  entry: Record<string, unknown> | null,
  { notes, tree }: Context,
): Record<string, unknown> | null {
  if (entry === null) return kind === "networks" ? {} : null;
  const { external, name, ...rest } = entry;
  if (typeof external === "object" && external !== null) {
    return {
      ...rest,
      external: true,
      ...((external as { name?: unknown }).name != null && { name: (external as { name: unknown }).name }),
    };
  }
  if (kind === "networks" || name == null || external === true) return entry;
  const path = [kind, key, "name"];
  notes.addUnsupported(
    `${kind} name`,
    path.join("."),
    tree.locateKey(path),
    "The name contains a hash of the content.",
  );
  return { ...rest, ...(external != null && { external }) };
}

function declareVolumes(context: Context): Map<string, Volume> {
  const { tree, project, notes } = context;
  const volumes = new Map<string, Volume>();
  for (const key of tree.find(["volumes"])?.children?.keys() ?? []) {
    const path = ["volumes", String(key)];
    const entry = parsed(volumeSchema, path, FILE_KEYS["volumes"]?.each ?? {}, context);
    if (entry === undefined) continue;
    if (entry.external != null && entry.external !== false) {
      const here = [...path, "external"];
      notes.addUnsupported(
        "volumes external",
        here.join("."),
        tree.locateKey(here),
        "A volume that does not exist is created, empty.",
      );
    }
    volumes.set(String(key), declareVolume(String(key), entry, { project, path, tree }));
  }
  return volumes;
}

/** Secrets and configs must be declared: an engine's own need `external: true`. */
function checkReferences(service: ServiceEntry, path: FilePath, declared: Declarations, report: Report): void {
  for (const kind of ["secrets", "configs"] as const) {
    (service[kind] ?? []).forEach((reference, index) => {
      const key = typeof reference === "string" ? reference : reference.name;
      if (declared[kind].has(key)) return;
      const hint = `Declare it at the top level: ${kind}: {${key}: {file: <path>}}, or {external: true} if it exists.`;
      report([...path, kind, index], `the ${kind.slice(0, -1)} ${quote(key)} is not declared`, hint);
    });
  }
}

/** `depends_on`, with the services of `links`, and without optional ones that are not deployed. */
function dependencies(
  { depends_on: dependsOn, links }: ServiceEntry,
  deployed: ReadonlySet<string>,
): Pick<LocatedApp["entry"], "depends_on"> {
  const all = Array.isArray(dependsOn) ? Object.fromEntries(dependsOn.map((key) => [key, {}])) : (dependsOn ?? {});
  const kept = Object.entries(
    all as Record<string, { required?: boolean | null; condition?: "service_started" | null }>,
  )
    .filter(([name, { required }]) => required !== false || deployed.has(name))
    .map(([name, { condition }]) => [name, condition == null ? {} : { condition }] as const);
  const linked = (links ?? []).map((link) => link.split(":")[0] ?? "").map((name) => [name, {}] as const);
  return { depends_on: Object.fromEntries([...linked, ...kept]) };
}

/** The external networks that services join. */
function existingNetworks(located: readonly LocatedApp[], declared: Declarations): AppProject["networks"] {
  const networks = new Map<string, { name: string; apps: string[]; location: SourceLocation }>();
  for (const { app, path, tree, entry } of located) {
    for (const key of entry.networks ?? []) {
      const declaration = declared.networks.get(key);
      if (declaration === undefined || declaration.resource !== undefined) continue;
      const known = networks.get(declaration.name);
      if (known !== undefined) known.apps.push(app.key);
      else
        networks.set(declaration.name, {
          name: declaration.name,
          apps: [app.key],
          location: tree.locate([...path, "networks"]),
        });
    }
  }
  return [...networks.values()];
}

/** Paths of the files that a model references: env files, and the files of secrets and configs. */
export function composeReferences(tree: SourceTree, variable: Lookup): string[] {
  const textsAt = (path: FilePath): string[] => {
    const located = tree.find(path);
    if (typeof located?.value === "string") return [located.value];
    return [...(located?.children?.keys() ?? [])].flatMap((key) =>
      key === "required" || key === "format" ? [] : textsAt([...path, key]),
    );
  };
  const childrenOf = (path: FilePath): FilePath[] =>
    [...(tree.find(path)?.children?.keys() ?? [])].map((key) => [...path, key]);
  return [
    ...childrenOf(["services"]).flatMap((path) => textsAt([...path, "env_file"])),
    ...["secrets", "configs"].flatMap((kind) => childrenOf([kind]).flatMap((path) => textsAt([...path, "file"]))),
  ].map((path) => resolvePath(path, tree.source.file, variable));
}
