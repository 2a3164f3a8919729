import {
  type ConnectorPath,
  DeploymentError,
  type DeployRequest,
  deployRequestSchema,
  type DeviceService,
  fieldSteps,
  parseRequest,
  zodIssues,
} from "@openfactory/deploy-core";
import type { z } from "zod";
import type { ReadApp, ReadDevice } from "../located.js";
import type { Device } from "../model.js";
import type { SharedContext } from "../request/fields.js";
import { unsLabels } from "../request/labels.js";
import type { FilePath, SourceTree } from "../yaml/source-tree.js";
import { connectorFailed } from "./connectors.js";
import type { PreparedDevice, PreparedDevices } from "./prepare-devices.js";

/**
 * The devices of a file's `devices:`.
 * @param nameOf their names on the command line.
 * @param prepared undefined where connectors could not be asked: then each device is a finding.
 */
export function readDevices(
  keys: readonly string[],
  prepared: PreparedDevices | undefined,
  nameOf: (tree: SourceTree, key: string) => string,
  shared: SharedContext,
): ReadDevice[] {
  const { tree, findings } = shared;
  return keys.flatMap((key) => {
    const found = prepared?.get(tree)?.get(key);
    if (prepared === undefined) {
      findings.add(tree.locateKey(["devices", key]), "devices are read with the file only", "Use loadProject().");
    }
    return found === undefined ? [] : [readDevice(["devices", key], nameOf(tree, key), found, shared)];
  });
}

function readDevice(path: FilePath, key: string, prepared: PreparedDevice, shared: SharedContext): ReadDevice {
  const { entry, plugin, built, notes } = prepared;
  const { tree, file } = shared;
  const labels = Object.fromEntries(
    unsLabels(entry.uns, [...path, "uns"], tree).map((label) => [label.key, label.value]),
  );
  const apps = built.services.map((service) => readService(service, { path, key }, prepared, labels, shared));
  const device: Device = {
    key,
    uuid: entry.uuid,
    connector: plugin.name,
    uns: Object.fromEntries(
      Object.entries(labels).map(([label, value]) => [label.replace("openfactory.uns.", ""), value]),
    ),
    services: apps.map(({ app }) => app.service),
    ...(built.references !== undefined && { references: built.references }),
    notes: [...notes, ...(entry.ksql_tables == null ? [] : ["ksql_tables is not used."])],
    location: tree.locateKey(path),
    file,
  };
  return { device, path, tree, apps };
}

function readService(
  service: DeviceService,
  { path, key }: { path: FilePath; key: string },
  { entry: { uuid }, plugin, built, isPartial }: PreparedDevice,
  labels: Readonly<Record<string, string>>,
  shared: SharedContext,
): ReadApp {
  const { tree, file, declared } = shared;
  const { role, request, defaults, after = [], writtenAt = {} } = service;
  const nameOf = (other: string): string => `${uuid.toLowerCase()}-${other}`;
  const networks = request.networks?.map((network) => declared.networks.get(network)?.name ?? network);
  const asked: DeployRequest = {
    ...request,
    name: nameOf(role),
    ...(networks !== undefined && { networks }),
    ...((request.labels !== undefined || Object.keys(labels).length > 0) && {
      labels: { ...labels, ...request.labels },
    }),
  };
  const { references } = built;
  const origin = { plugin: plugin.name, device: key, writtenAt, path };
  return {
    app: {
      key: `${key}-${role}`,
      service: nameOf(role),
      location: tree.locateKey(path),
      file,
      request: validated(asked, origin, shared),
      ...(defaults !== undefined && { defaults }),
      locate: (field) => tree.locateKey(placeOf(fieldSteps(field), origin) ?? path),
      dependsOn: after.map((other) => ({ service: nameOf(other), condition: "service_started" })),
      usesLocalStorage: [],
      device: { key, uuid, ...(references !== undefined && { references }) },
      ...(isPartial && { isPartial }),
    },
    entry: { ...(request.networks !== undefined && { networks: [...request.networks] }) },
    publishes: publishes(asked.ports, [...path, "connector", ...(writtenAt.ports ?? [])]),
    path,
    tree,
  };
}

const publishes = (ports: DeployRequest["ports"] = [], path: FilePath): NonNullable<ReadApp["publishes"]> =>
  Array.isArray(ports)
    ? ports.map((port) => ({ port, path }))
    : Object.entries(ports).map(([published, target]) => ({
        port: { target: Number(target), published: Number(published) },
        path,
      }));

interface Origin {
  plugin: string;
  device: string;
  writtenAt: Readonly<Partial<Record<keyof DeployRequest, ConnectorPath>>>;
  path: FilePath;
}

/** Where a piece of the request is written; undefined: the connector made it up. */
function placeOf([field, ...piece]: FilePath, { writtenAt, path }: Origin): FilePath | undefined {
  if (field === "name") return [...path, "uuid"];
  const written = writtenAt[field as keyof DeployRequest];
  return written && [...path, "connector", ...written, ...piece];
}

const NAME_HINT =
  "The names of its services are the uuid in lower case and a role, such as -producer: choose a uuid that fits, such as HALL-3_PRESS.";

/**
 * The request as every strategy will see it. What is wrong with a field that is written in the file is a finding there.
 * @throws DeploymentError `PLUGIN_FAILED` for a field that the connector made up.
 */
function validated(request: DeployRequest, origin: Origin, { tree, tell }: SharedContext): DeployRequest {
  try {
    return parseRequest(request);
  } catch (error) {
    if (!DeploymentError.isInstance(error, "INVALID_REQUEST")) throw error;
  }
  for (const issue of deployRequestSchema.safeParse(request).error?.issues ?? []) {
    const field = String(issue.path[0]);
    const place = placeOf(issue.path, origin);
    for (const { message } of zodIssues({ issues: [issue] } as z.ZodError)) {
      const reason = `it returns a request that is not valid for the device ${origin.device}: ${field}: ${message.replace(/\.$/, "")}`;
      if (place === undefined) throw connectorFailed(origin.plugin, reason);
      tell(
        place,
        tree.isInterpolated(place) ? `its ${field} is not valid` : message,
        field === "name" ? NAME_HINT : undefined,
      );
    }
  }
  return request;
}
