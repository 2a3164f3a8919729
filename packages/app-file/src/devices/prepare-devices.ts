import {
  type ConnectorPath,
  type ConnectorPlugin,
  type ConnectorRegistry,
  type DeviceServices,
  type Limit,
  limit,
  whileWaiting,
} from "@openfactory/deploy-core";
import { type Findings, quote } from "../findings.js";
import { environmentLookup } from "../interpolation/interpolate.js";
import { type DeviceEntry, deviceSchema } from "../schema/app-file.js";
import { keysInSchema } from "../schema/json-schema.js";
import { addSchemaFindings } from "../schema/schema-findings.js";
import type { SourceTree } from "../yaml/source-tree.js";
import { checkServices, connectorError, findConnector, firstLine, parseConfig } from "./connectors.js";
import { type Content, isRemote, readContent } from "./content.js";

/** A device, and the services that its connector returned. */
export interface PreparedDevice {
  entry: DeviceEntry;
  plugin: ConnectorPlugin;
  built: DeviceServices;
  /** Notes for users. */
  notes: string[];
  /** Content that the device references was not read. */
  isIncomplete: boolean;
}

/** Devices by file, and by name in the file. Invalid devices are omitted, since they are findings. */
export type PreparedDevices = ReadonlyMap<SourceTree, ReadonlyMap<string, PreparedDevice>>;

/** A parsed file and its variables. */
interface Source {
  tree: SourceTree;
  env: Parameters<typeof environmentLookup>[0];
}

/** Maximum number of concurrent reads. Each download has its own time limit. */
const MAX_CONCURRENT_READS = 32;

/**
 * Which contents that devices reference are read: `all`; `local`, existing files on this machine; or `none`. Apps of a
 * device with unread content are `isIncomplete`.
 */
export type Contents = "all" | "local" | "none";

export interface PrepareOptions {
  connectors: ConnectorRegistry;
  contents: Contents;
}

/**
 * Validates devices, and builds their services with their connectors.
 * @throws DeploymentError `PLUGIN_FAILED` for a connector that can't be loaded, throws, or returns invalid services.
 */
export async function prepareDevices(
  sources: readonly Source[],
  options: PrepareOptions,
  findings: Findings,
): Promise<PreparedDevices> {
  const cache = new Map<string, Promise<Content>>();
  const limitReads = limit(MAX_CONCURRENT_READS);
  const all = sources.map(async (source) => {
    const { tree } = source;
    const keys = [...(tree.find(["devices"])?.children?.keys() ?? [])].filter((key) => typeof key === "string");
    const found = keys.map(async (key) => {
      const device = await prepareDevice(key, source, { ...options, cache, limitReads }, findings);
      return device === undefined ? [] : [[key, device] as const];
    });
    return [tree, new Map((await Promise.all(found)).flat())] as const;
  });
  return new Map(await Promise.all(all));
}

interface DeviceOptions extends PrepareOptions {
  /** Contents that were read for other devices, by file and path or URL. */
  cache: Map<string, Promise<Content>>;
  /** Limits the number of concurrent reads. */
  limitReads: Limit;
}

async function prepareDevice(
  key: string,
  { tree, env }: Source,
  { connectors, contents, cache, limitReads }: DeviceOptions,
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
  let isIncomplete = false;
  const report = (inner: ConnectorPath, message: string, hint?: string): void => {
    isReported = true;
    findings.add(tree.locate([...base, ...inner]), `${[...base, ...inner].map(String).join(".")}: ${message}`, hint);
  };
  const read = async (inner: ConnectorPath): Promise<Uint8Array | undefined> => {
    const { value, written } = tree.find([...base, ...inner]) ?? {};
    if (typeof value !== "string") return undefined;
    if (contents === "none" || (contents === "local" && isRemote(value))) {
      isIncomplete = true;
      return undefined;
    }
    const id = JSON.stringify([tree.source.file, value]);
    const reading = cache.get(id) ?? limitReads(() => readContent(value, { file: tree.source.file, variable }));
    cache.set(id, reading);
    const content = await reading;
    if ("bytes" in content) return content.bytes;
    if (contents === "local") {
      isIncomplete = true;
      return undefined;
    }
    report(inner, `${quote(written ?? value)}: ${content.problem}`, content.hint);
    return undefined;
  };
  const device = { key, uuid: entry.uuid, connector: parsed.data };
  const context = { variable, read, report, note: (text: string): void => void notes.push(text) };
  let built: DeviceServices;
  try {
    const subject = `the connector ${plugin.name}`;
    built = await whileWaiting({ subject, action: `prepare device ${key}`, level: "operation" }, async () =>
      plugin.build(device, context),
    );
  } catch (error) {
    throw connectorError(plugin.name, `it threw an error for device ${key}: ${firstLine(error)}`, error);
  }
  checkServices(built, plugin.name, key);
  return isReported ? undefined : { entry, plugin, built, notes, isIncomplete };
}
