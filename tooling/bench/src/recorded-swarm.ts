import { readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { loadAppFile } from "@openfactory/app-file";
import { requestHash } from "@openfactory/deployer";

// The Engine API's own JSON, as a real engine gave it.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

interface Recording {
  services: Json[];
  tasks: Json[];
  nodes: Json[];
}

/** What an engine answered of a service made by ofdeploy (API 1.41). */
const recording = (): Recording => JSON.parse(readFileSync(new URL("./recorded/swarm.json", import.meta.url), "utf8"));

/** A server that answers as a manager on which all apps of a file run as the file has them. */
export interface RecordedSwarm {
  host: string;
  /** How many logs are being read, and how many of them wait for their reader. */
  logs(): { open: number; blocked: number };
  close(): Promise<void>;
}

/** @param file an app file whose apps have one replica. */
export async function startRecordedSwarm(file: string): Promise<RecordedSwarm> {
  const { services, tasks, nodes } = await replay(file);
  const listing = Buffer.from(JSON.stringify(services));
  const byName = new Map<string, Json>(services.map((service) => [service.Spec.Name, service]));
  const streams = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://swarm");
    const path = pathname.replace(/^\/v[0-9.]+/, "");
    const filters: { name?: Record<string, true>; service?: Record<string, true> } = JSON.parse(searchParams.get("filters") ?? "{}");
    const wanted = (given?: Record<string, true> | string[]): string[] | undefined => given && (Array.isArray(given) ? given : Object.keys(given));
    const names = wanted(filters.name);
    const ids = wanted(filters.service);
    response.setHeader("Api-Version", "1.41").setHeader("Content-Type", "application/json");
    const log = /^\/services\/([^/]+)\/logs$/.exec(path)?.[1];
    if (log !== undefined) {
      streams.add(response);
      response.on("close", () => streams.delete(response));
      writeLog(response, services.find(({ ID }) => ID === log) ?? byName.get(log));
    } else if (path === "/_ping") response.end("OK");
    else if (path === "/services") response.end(names === undefined ? listing : JSON.stringify(names.flatMap((name) => byName.get(name) ?? [])));
    else if (path === "/tasks") response.end(JSON.stringify(ids === undefined ? tasks : tasks.filter(({ ServiceID }) => ids.includes(ServiceID))));
    else if (path === "/nodes") response.end(JSON.stringify(nodes));
    else if (path.startsWith("/services/")) response.end(JSON.stringify(services.find(({ ID }) => path.endsWith(ID))));
    else response.writeHead(404).end(JSON.stringify({ message: `no answer is recorded for ${path}` }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    logs: () => ({ open: streams.size, blocked: [...streams].filter(({ writableNeedDrain }) => writableNeedDrain).length }),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** The recorded service, its tasks and its node, once for each app of the file. */
async function replay(file: string): Promise<Recording> {
  const { project, apps } = await loadAppFile(file, { env: {} });
  const { services: [service], tasks: [task], nodes } = recording();
  const id = (kind: string, index: number): string => `${kind}${String(index).padStart(25 - kind.length, "0")}`;
  const owned = (key: string, hash: string) => ({
    "org.openfactory.deploy.app": key,
    "org.openfactory.deploy.project": project,
    "org.openfactory.deploy.request": hash,
  });
  const hashes = apps.map(({ request }) => requestHash(request));
  return {
    nodes,
    services: apps.map(({ key, service: name, request }, index) => {
      const made = structuredClone(service);
      const labels = owned(key, hashes[index] ?? "");
      made.ID = id("service", index);
      Object.assign(made.Spec.Labels, labels);
      made.Spec.Name = name;
      Object.assign(made.Spec.TaskTemplate.ContainerSpec, { Labels: labels, Env: request.env, Image: request.image });
      return made;
    }),
    tasks: apps.map((_, index) => ({ ...structuredClone(task), ID: id("task", index), ServiceID: id("service", index) })),
  };
}

const LINE = "2026-01-01T00:00:00.000000000Z";

/** Lines without an end, as fast as they are taken (Engine API, ServiceLogs with timestamps and details). */
function writeLog(response: ServerResponse, service: Json): void {
  const details = `com.docker.swarm.node.id=k8dd1yeeult639yw3buqrqb4s,com.docker.swarm.service.id=${service.ID},com.docker.swarm.task.id=${service.ID.replace("service", "task000")}`;
  const text = Buffer.from(`${LINE} ${details} ${"what a process says ".repeat(5)}\n`);
  const frame = Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, text.length >> 8, text.length & 255]), text]);
  const burst = Buffer.concat(Array.from({ length: 50 }, () => frame));
  const write = (): void => {
    while (!response.destroyed && response.write(burst));
    if (!response.destroyed) response.once("drain", () => setImmediate(write));
  };
  response.setHeader("Content-Type", "application/vnd.docker.multiplexed-stream");
  write();
}
