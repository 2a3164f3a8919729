import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FileNames } from "@openfactory/app-file";
import { homeDirectory, type OpenFactoryServiceDeploymentStrategy, supports } from "@openfactory/deploy-core";
import type { DesiredProject } from "@openfactory/deployer";
import { findDefaultFiles } from "../default-files.js";
import type { Io } from "../io.js";
import { openGuardedStrategy } from "../platforms.js";
import { collectPlugins } from "../plugins.js";
import type { CommandLine } from "./command-line.js";

/** A word that can be typed, and what it means. */
export interface Candidate {
  value: string;
  description?: string;
}

type Line = Pick<CommandLine, "globals" | "arguments">;

/** The shell has not expanded `~` yet. */
const sourcesOf = ({ globals: { file } }: Line, { cwd, env }: Io): readonly string[] =>
  (
    file?.map((path) => path.replace(/^~(?=\/|$)/, () => homeDirectory(env))) ??
    findDefaultFiles(cwd)?.files ??
    []
  ).filter((path) => path !== "-");

async function namesInFiles(line: Line, io: Io): Promise<FileNames> {
  const { loadNames } = await import("@openfactory/app-file");
  return loadNames(sourcesOf(line, io), io.cwd);
}

/** The apps and devices of the files. */
export async function appNames(line: Line, io: Io): Promise<Candidate[]> {
  const { apps, devices } = await namesInFiles(line, io);
  return [
    ...apps.map(({ name, image }) => ({ value: name, ...(image !== undefined && { description: image }) })),
    ...devices.map((value) => ({ value, description: "device" })),
  ];
}

export const profiles = async (line: Line, io: Io): Promise<Candidate[]> =>
  [...new Set((await namesInFiles(line, io)).profiles)].map((value) => ({ value }));

/** The apps of the files, and the deployed services of the project that the files no longer contain. */
export async function deployedNames(line: Line, io: Io, signal: AbortSignal): Promise<Candidate[]> {
  const [inFiles, deployed] = await Promise.all([
    appNames(line, io),
    onEngine(line, io, signal, async (strategy) => {
      const { deployedApps } = await import("../choose-apps.js");
      return (await deployedApps(await identityOf(line, io), strategy, signal)) ?? [];
    }),
  ]);
  const known = new Set(inFiles.map(({ value }) => value));
  const others = (deployed ?? []).filter(({ key, device }) => !known.has(key) && !known.has(device?.key ?? ""));
  return [...inFiles, ...others.map(({ key }) => ({ value: key, description: "deployed" }))];
}

/** All services on the engine. */
export const serviceNames = async (line: Line, io: Io, signal: AbortSignal): Promise<Candidate[]> =>
  (await onEngine(line, io, signal, async (strategy) => {
    if (!supports(strategy, "list")) return [];
    const services = await strategy.list({ signal, instances: false, isRelevant: () => false });
    return services
      .filter(({ versionOf }) => versionOf === undefined)
      .map(({ name, image }) => ({ value: name, description: image }));
  })) ?? [];

export const projects = async (line: Line, io: Io, signal: AbortSignal): Promise<Candidate[]> =>
  (await onEngine(line, io, signal, async (strategy) => {
    const { listProjects } = await import("@openfactory/deployer");
    const found = await listProjects(strategy, { signal });
    return found.map(({ project, running, apps }) => ({
      value: project,
      description: `${running}/${apps} apps running`,
    }));
  })) ?? [];

/** The published ports of the app that is the first argument. */
export const ports = async (line: Line, io: Io, signal: AbortSignal): Promise<Candidate[]> =>
  (await onEngine(line, io, signal, async (strategy) => {
    const { deployedApps } = await import("../choose-apps.js");
    const apps = (await deployedApps(await identityOf(line, io), strategy, signal)) ?? [];
    const services = new Set(
      apps.filter(({ key, service }) => [key, service].includes(line.arguments[0] ?? "")).map(({ service }) => service),
    );
    if (!supports(strategy, "list")) return [];
    const isRelevant = ({ name }: { name: string }): boolean => services.has(name);
    const listed = (await strategy.list({ signal, instances: false, isRelevant })).filter(isRelevant);
    return listed.flatMap((status) =>
      status.ports.map(({ target, protocol }) => ({
        value: protocol === "tcp" ? `${target}` : `${target}/${protocol}`,
      })),
    );
  })) ?? [];

export async function platforms({ globals }: Line, io: Io): Promise<Candidate[]> {
  const { platforms: found } = await collectPlugins(globals, io, { tolerant: true });
  return found.names().map((value) => ({ value }));
}

/** Docker's contexts, as the docker command stores them. */
export async function contexts(_line: Line, { env }: Io): Promise<Candidate[]> {
  const folder = join(env["DOCKER_CONFIG"] || join(homeDirectory(env), ".docker"), "contexts", "meta");
  const entries = await readdir(folder).catch(() => []);
  const read = entries.map(async (entry): Promise<Candidate[]> => {
    try {
      const meta = JSON.parse(await readFile(join(folder, entry, "meta.json"), "utf8")) as DockerContext;
      const { Name: value, Metadata: { Description: description } = {} } = meta;
      return value === undefined ? [] : [{ value, ...(description !== undefined && { description }) }];
    } catch {
      return [];
    }
  });
  return [{ value: "default", description: "DOCKER_HOST, or the local engine" }, ...(await Promise.all(read)).flat()];
}

interface DockerContext {
  Name?: string;
  Metadata?: { Description?: string };
}

/** The project of the files, or of `--project`. */
async function identityOf(line: Line, io: Io): Promise<DesiredProject> {
  const sources = sourcesOf(line, io);
  const { project, envFile: envFiles } = line.globals;
  if (sources.length === 0) return { project: project ?? "", apps: [] };
  const { loadIdentity } = await import("@openfactory/app-file");
  const identity = await loadIdentity(sources, { env: io.env, envFiles, project, cwd: io.cwd });
  return { ...identity, apps: [] };
}

/** Undefined if the engine can't be read, or not in time. */
async function onEngine<Result>(
  line: Line,
  io: Io,
  signal: AbortSignal,
  read: (strategy: OpenFactoryServiceDeploymentStrategy) => Promise<Result>,
): Promise<Result | undefined> {
  const late = new Promise<undefined>((resolve) => signal.addEventListener("abort", () => resolve(undefined)));
  const result = async (): Promise<Result | undefined> => {
    try {
      return await read(await openGuardedStrategy(line.globals, io, undefined));
    } catch {
      return undefined;
    }
  };
  return Promise.race([result(), late]);
}
