import {
  type ConnectorPath,
  type ConnectorPlugin,
  type ConnectorRegistry,
  type DeviceServices,
} from "@openfactory/deploy-core";
import { type Findings, quote } from "../findings.js";
import { environmentLookup } from "../interpolation/interpolate.js";
import { type DeviceEntry, deviceSchema } from "../schema/app-file.js";
import { keysInSchema } from "../schema/json-schema.js";
import { addSchemaFindings } from "../schema/schema-findings.js";
import type { SourceTree } from "../yaml/source-tree.js";
import { checkServices, connectorFailed, findConnector, lineOf, parseConfig } from "./connectors.js";
import { type Content, isRemote, readContent } from "./content.js";

/** A device, and the services that its connector made of it. */
export interface PreparedDevice {
  entry: DeviceEntry;
  plugin: ConnectorPlugin;
  built: DeviceServices;
  /** Sentences for users. */
  notes: string[];
  /** Content that it names was not read. */
  isPartial: boolean;
}

/** By file, and by the device's name in it. Devices that are not valid are missing: they are among the findings. */
export type PreparedDevices = ReadonlyMap<SourceTree, ReadonlyMap<string, PreparedDevice>>;

/** A file, as far as it is needed here. */
interface Source {
  tree: SourceTree;
  env: Parameters<typeof environmentLookup>[0];
}

/** How many files and addresses are read at the same time: each download has its own time limit. */
const READS_AT_ONCE = 32;

/**
 * Which content that devices name is read: `all`; `local`, files that are there, on this machine; or `none`. What is not
 * read leaves apps `isPartial`.
 */
export type Contents = "all" | "local" | "none";

export interface PrepareOptions {
  connectors: ConnectorRegistry;
  contents: Contents;
}

/**
 * Validates devices, loads their connectors, and asks these for services.
 * @throws DeploymentError `PLUGIN_FAILED` for a connector that can't be loaded, throws, or returns no valid services.
 */
export async function prepareDevices(
  sources: readonly Source[],
  options: PrepareOptions,
  findings: Findings,
): Promise<PreparedDevices> {
  const contents = new Map<string, Promise<Content>>();
  const limited = inTurn(READS_AT_ONCE);
  const all = sources.map(async (source) => {
    const { tree } = source;
    const keys = [...(tree.find(["devices"])?.children?.keys() ?? [])].filter((key) => typeof key === "string");
    const found = keys.map(async (key) => {
      const device = await prepareDevice(key, source, { ...options, known: contents, limited }, findings);
      return device === undefined ? [] : [[key, device] as const];
    });
    return [tree, new Map((await Promise.all(found)).flat())] as const;
  });
  return new Map(await Promise.all(all));
}

interface DeviceOptions extends PrepareOptions {
  /** What was read for other devices: by path or address. */
  known: Map<string, Promise<Content>>;
  /** Runs a read when it is its turn. */
  limited: ReturnType<typeof inTurn>;
}

async function prepareDevice(
  key: string,
  { tree, env }: Source,
  { connectors, contents, known, limited }: DeviceOptions,
  findings: Findings,
): Promise<PreparedDevice | undefined> {
  const path = ["devices", key];
  const { data: entry, error } = deviceSchema.safeParse(tree.find(path)?.value);
  if (error) addSchemaFindings(error, path, tree, findings);
  const base = [...path, "connector"];
  if (entry === undefined || tree.isBroken([...base, "type"])) return undefined;
  const plugin = await findConnector(entry.connector.type, connectors, [...base, "type"], tree, findings);
  if (plugin === undefined) return undefined;

  const parsed = parseConfig(plugin, entry.connector);
  if (!parsed.success) {
    addSchemaFindings(parsed.error, base, tree, findings, (inner) =>
      keysInSchema(plugin.schema, inner.slice(base.length)),
    );
    return undefined;
  }
  const environment = environmentLookup(env);
  const variable = (name: string): string | undefined => environment(name) || undefined;
  const notes: string[] = [];
  let isReported = false;
  let isPartial = false;
  const report = (inner: ConnectorPath, message: string, hint?: string): void => {
    isReported = true;
    findings.add(tree.locate([...base, ...inner]), `${[...base, ...inner].map(String).join(".")}: ${message}`, hint);
  };
  const read = async (inner: ConnectorPath): Promise<Uint8Array | undefined> => {
    const { value, written } = tree.find([...base, ...inner]) ?? {};
    if (typeof value !== "string") return undefined;
    if (contents === "none" || (contents === "local" && isRemote(value))) {
      isPartial = true;
      return undefined;
    }
    const id = JSON.stringify([tree.source.file, value]);
    const reading = known.get(id) ?? limited(() => readContent(value, { file: tree.source.file, variable }));
    known.set(id, reading);
    const content = await reading;
    if ("bytes" in content) return content.bytes;
    if (contents === "local") {
      isPartial = true;
      return undefined;
    }
    report(inner, `${quote(written ?? value)}: ${content.problem}`, content.hint);
    return undefined;
  };
  const device = { key, uuid: entry.uuid, connector: parsed.data };
  const context = { variable, read, report, note: (sentence: string): void => void notes.push(sentence) };
  let built: DeviceServices;
  try {
    built = await plugin.build(device, context);
  } catch (error) {
    throw connectorFailed(plugin.name, `it throws for the device ${key}: ${lineOf(error)}`, error);
  }
  checkServices(built, plugin.name, key);
  return isReported ? undefined : { entry, plugin, built, notes, isPartial };
}

/** Runs at most `count` tasks at the same time; the others wait for their turn. */
export function inTurn(count: number): <Result>(task: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running < count) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      // The turn passes on, so that nothing can begin in between.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
