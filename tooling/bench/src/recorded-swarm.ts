import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

// JSON of the Engine API, recorded from a real engine.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

interface Recording {
  services: Json[];
  tasks: Json[];
  nodes: Json[];
}

/** The answers of an engine for a service of ofdeploy, its task and its node (API 1.41). */
const recording = (): Recording => JSON.parse(readFileSync(new URL("./recorded/swarm.json", import.meta.url), "utf8"));

/** A server with the recorded answers of a manager, for every service that is created on it. Each has a running task. */
export interface RecordedSwarm {
  host: string;
  /** Number of open log streams, and of those that wait for their reader. */
  logs(): { open: number; blocked: number };
  /** Number of services. */
  size(): number;
  /** Number of calls so far, and bytes of their answers without log streams. */
  traffic(): { calls: number; bytes: number };
  close(): Promise<void>;
}

export async function startRecordedSwarm(): Promise<RecordedSwarm> {
  const answers = new Answers(recording());
  const streams = new Set<ServerResponse>();
  const traffic = { calls: 0, bytes: 0 };
  // As dockerd: filters with many names make long paths, and an idle connection stays open.
  const server = createServer({ maxHeaderSize: 1024 ** 2, keepAliveTimeout: 0 }, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://swarm");
    const path = pathname.replace(/^\/v[0-9.]+/, "");
    response.setHeader("Api-Version", "1.41").setHeader("Content-Type", "application/json");
    traffic.calls += 1;
    const log = /^\/services\/([^/]+)\/logs$/.exec(path)?.[1];
    if (log !== undefined) {
      streams.add(response);
      response.on("close", () => streams.delete(response));
      writeLog(response, log);
      return;
    }
    const respond = async (): Promise<void> => {
      const answer = answers.to(
        `${request.method} ${path}`,
        JSON.parse(searchParams.get("filters") ?? "{}"),
        await readJson(request),
      );
      const { status, body } = answer instanceof Refusal ? answer : { status: 200, body: answer };
      const text = typeof body === "string" ? body : JSON.stringify(body);
      traffic.bytes += Buffer.byteLength(text);
      response.writeHead(status).end(text);
    };
    respond().catch((error: Error) => response.writeHead(500).end(JSON.stringify({ message: error.message })));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    logs: () => ({
      open: streams.size,
      blocked: [...streams].filter(({ writableNeedDrain }) => writableNeedDrain).length,
    }),
    size: () => answers.size,
    traffic: () => ({ ...traffic }),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** An answer that is not a success. */
class Refusal {
  readonly status: number;
  readonly body: { message: string };

  constructor(status: number, message: string) {
    this.status = status;
    this.body = { message };
  }
}

async function readJson(request: IncomingMessage): Promise<Json> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return parts.length === 0 ? undefined : JSON.parse(Buffer.concat(parts).toString("utf8"));
}

/** The names in a filter. Undefined: all. */
const wanted = (filter: Record<string, true> | string[] | undefined): string[] | undefined =>
  filter && (Array.isArray(filter) ? filter : Object.keys(filter));

/** A service with its task, as JSON, so that long lists cost this server little. */
interface Stored {
  name: string;
  service: string;
  task: string;
}

/** The services on the server, and the answers about them. The deployer locks a project with a config. */
class Answers {
  readonly #recorded: Recording;
  readonly #byId = new Map<string, Stored>();
  readonly #ids = new Map<string, string>();
  readonly #configs = new Map<string, Json>();
  #created = 0;

  constructor(recorded: Recording) {
    this.#recorded = recorded;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** The answer, or its JSON. */
  to(call: string, filters: Record<string, Record<string, true> | string[]>, body: Json): Json {
    return this.#find(call, filters, body) ?? new Refusal(404, `no recorded answer for ${call}`);
  }

  #find(call: string, filters: Record<string, Record<string, true> | string[]>, body: Json): Json | undefined {
    const { nodes } = this.#recorded;
    const [, method, kind, id = ""] = /^(\w+) \/(\w+)\/?(.*)$/.exec(call) ?? [];
    if (call === "GET /_ping") return "OK";
    if (call === "POST /services/create") return this.#create(body);
    if (call === "GET /services") return this.#list("service", this.#idsOf(wanted(filters["name"])));
    if (call === "GET /tasks")
      return this.#list("task", wanted(filters["service"]) ?? this.#idsOfTasks(filters["name"]));
    if (call === "GET /nodes") return nodes;
    if (call === "POST /configs/create") return this.#createConfig(body);
    if (call === "GET /configs") return [...this.#configs.values()];
    if (call === "GET /networks" || call === "GET /secrets" || call === "GET /containers/json") return [];
    if (call === "GET /volumes") return { Volumes: [] };
    if (kind === "images") return { Id: "sha256:0", RepoTags: [], RepoDigests: [] };
    if (call.startsWith("GET /configs/")) return this.#configs.get(id);
    if (call.startsWith("DELETE /configs/")) return (this.#configs.delete(id), "");
    if (kind === "services" && method === "GET") return this.#byId.get(this.#ids.get(id) ?? id)?.service;
    if (kind === "services" && method === "DELETE") return this.#remove(id);
    return undefined;
  }

  #idsOf(names: string[] | undefined): string[] | undefined {
    return names?.flatMap((name) => this.#ids.get(name) ?? []);
  }

  /** The ids of services by the names of their tasks, `service.slot.id`, or a prefix with the whole name of the service. */
  #idsOfTasks(filter: Record<string, true> | string[] | undefined): string[] | undefined {
    return this.#idsOf(wanted(filter)?.map((name) => name.split(".")[0] ?? ""));
  }

  #create(spec: Json): Json {
    const number = String((this.#created += 1)).padStart(18, "0");
    const ID = `service${number}`;
    const service = { ...this.#recorded.services[0], ID, Spec: spec };
    const task = { ...this.#recorded.tasks[0], ID: `task000${number}`, ServiceID: ID, Spec: spec.TaskTemplate };
    this.#byId.set(ID, { name: spec.Name, service: JSON.stringify(service), task: JSON.stringify(task) });
    this.#ids.set(spec.Name, ID);
    return { ID };
  }

  #createConfig(spec: Json): Json {
    const ID = `config-${spec.Name}`;
    if (this.#configs.has(ID)) return new Refusal(409, `config ${spec.Name} already exists`);
    this.#configs.set(ID, { ID, Version: { Index: 1 }, Spec: spec });
    return { ID };
  }

  #remove(id: string): string | undefined {
    const stored = this.#byId.get(id);
    if (stored === undefined) return undefined;
    this.#byId.delete(id);
    this.#ids.delete(stored.name);
    return "";
  }

  #list(part: "service" | "task", ids: string[] | undefined): string {
    const found = ids === undefined ? [...this.#byId.values()] : ids.flatMap((id) => this.#byId.get(id) ?? []);
    return `[${found.map((stored) => stored[part]).join(",")}]`;
  }
}

const LINE = "2026-01-01T00:00:00.000000000Z";

/** Writes lines without end, as fast as they are read (Engine API, ServiceLogs with timestamps and details). */
function writeLog(response: ServerResponse, service: string): void {
  const details = `com.docker.swarm.node.id=k8dd1yeeult639yw3buqrqb4s,com.docker.swarm.service.id=${service},com.docker.swarm.task.id=${service.replace("service", "task000")}`;
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
