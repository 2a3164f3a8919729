import {
  type ConnectorPath,
  DeploymentError,
  type DeployRequest,
  deployRequestSchema,
  type DeviceService,
  parseFieldPath,
  parseRequest,
  zodIssues,
} from "@openfactory/deploy-core";
import type { z } from "zod";
import type { LocatedApp, LocatedDevice } from "../located.js";
import type { Device } from "../model.js";
import type { SharedContext } from "../request/fields.js";
import { unsLabels } from "../request/labels.js";
import type { FilePath, SourceTree } from "../yaml/source-tree.js";
import { connectorError } from "./connectors.js";
import type { PreparedDevice, PreparedDevices } from "./prepare-devices.js";

/**
 * The devices of a file's `devices:`.
 * @param prepared undefined if connectors are not available: then each device is a finding.
 * @param nameOf returns the name of a device on the command line.
 */
export function readDevices(
  keys: readonly string[],
  prepared: PreparedDevices | undefined,
  nameOf: (tree: SourceTree, key: string) => string,
  shared: SharedContext,
): LocatedDevice[] {
  const { tree, findings } = shared;
  return keys.flatMap((key) => {
    const found = prepared?.get(tree)?.get(key);
    if (prepared === undefined) {
      findings.add(tree.locateKey(["devices", key]), "devices can't be read from a text", "Use loadProject().");
    }
    return found === undefined ? [] : [readDevice(["devices", key], nameOf(tree, key), found, shared)];
  });
}

function readDevice(path: FilePath, key: string, prepared: PreparedDevice, shared: SharedContext): LocatedDevice {
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
    notes: [...notes, ...(entry.ksql_tables == null ? [] : ["ksql_tables has no effect."])],
    location: tree.locateKey(path),
    file,
  };
  return { device, path, tree, apps };
}

function readService(
  service: DeviceService,
  { path, key }: { path: FilePath; key: string },
  { entry: { uuid }, plugin, built, isIncomplete }: PreparedDevice,
  labels: Readonly<Record<string, string>>,
  shared: SharedContext,
): LocatedApp {
  const { tree, file, declared } = shared;
  const { role, request, defaults, after = [], writtenAt = {} } = service;
  const nameOf = (other: string): string => `${uuid.toLowerCase()}-${other}`;
  const networks = request.networks?.map((network) => declared.networks.get(network)?.name ?? network);
  const desired: DeployRequest = {
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
      request: normalized(desired, origin, shared),
      ...(defaults !== undefined && { defaults }),
      locate: (field) => tree.locateKey(filePathOf(parseFieldPath(field), origin) ?? path),
      // The connector sets the fields, so they have no keys.
      sourceOf: (field) => ({ location: tree.locateKey(filePathOf(field, origin) ?? path) }),
      dependsOn: after.map((other) => ({ service: nameOf(other), condition: "service_started" })),
      localStorageLocations: [],
      device: { key, uuid, ...(references !== undefined && { references }) },
      ...(isIncomplete && { isIncomplete }),
    },
    entry: { ...(request.networks !== undefined && { networks: [...request.networks] }) },
    publishedPorts: publishedPorts(desired.ports, [...path, "connector", ...(writtenAt.ports ?? [])]),
    path,
    tree,
  };
}

const publishedPorts = (
  ports: DeployRequest["ports"] = [],
  path: FilePath,
): NonNullable<LocatedApp["publishedPorts"]> =>
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

/** Path in the file of a subfield of the request. Undefined if the connector set it. */
function filePathOf([field, ...subfield]: FilePath, { writtenAt, path }: Origin): FilePath | undefined {
  if (field === "name") return [...path, "uuid"];
  const written = writtenAt[field as keyof DeployRequest];
  return written && [...path, "connector", ...written, ...subfield];
}

const NAME_HINT =
  "The names of its services are the lowercase uuid and a role, such as -producer. Choose a matching uuid, such as HALL-3_PRESS.";

/**
 * The normalized request. A problem with a field from the file is a finding.
 * @throws DeploymentError `PLUGIN_FAILED` for a problem with a field that the connector set.
 */
function normalized(request: DeployRequest, origin: Origin, { tree, report }: SharedContext): DeployRequest {
  try {
    return parseRequest(request);
  } catch (error) {
    if (!DeploymentError.isInstance(error, "INVALID_REQUEST")) throw error;
  }
  for (const issue of deployRequestSchema.safeParse(request).error?.issues ?? []) {
    const field = String(issue.path[0]);
    const place = filePathOf(issue.path, origin);
    for (const { message } of zodIssues({ issues: [issue] } as z.ZodError)) {
      const reason = `it returned an invalid request for device ${origin.device}: ${field}: ${message.replace(/\.$/, "")}`;
      if (place === undefined) throw connectorError(origin.plugin, reason);
      report(
        place,
        tree.isInterpolated(place) ? `invalid ${field}` : message,
        field === "name" ? NAME_HINT : undefined,
      );
    }
  }
  return request;
}
