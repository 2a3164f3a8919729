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
  close(): Promise<void>;
}

export async function startRecordedSwarm(): Promise<RecordedSwarm> {
  const answers = new Answers(recording());
  const streams = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://swarm");
    const path = pathname.replace(/^\/v[0-9.]+/, "");
    response.setHeader("Api-Version", "1.41").setHeader("Content-Type", "application/json");
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
      if (answer === undefined)
        response.writeHead(404).end(JSON.stringify({ message: `no recorded answer for ${request.method} ${path}` }));
      else response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
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
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function readJson(request: IncomingMessage): Promise<Json> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return parts.length === 0 ? undefined : JSON.parse(Buffer.concat(parts).toString("utf8"));
}

/** The names in a filter. Undefined: all. */
const wanted = (filter: Record<string, true> | string[] | undefined): string[] | undefined =>
  filter && (Array.isArray(filter) ? filter : Object.keys(filter));

/** The services on the server, and the answers about them. The deployer locks a project with a config. */
class Answers {
  readonly #recorded: Recording;
  readonly #services = new Map<string, Json>();
  readonly #configs = new Map<string, Json>();
  /** The last list of all services, as JSON. */
  #listing: string | undefined;

  constructor(recorded: Recording) {
    this.#recorded = recorded;
  }

  to(call: string, filters: Record<string, Record<string, true> | string[]>, body: Json): Json | undefined {
    const { nodes } = this.#recorded;
    const [, kind, id = ""] = /^\w+ \/(\w+)\/?(.*)$/.exec(call) ?? [];
    if (call === "GET /_ping") return "OK";
    if (call === "POST /services/create") return this.#create(body);
    if (call === "GET /services") return this.#list(wanted(filters["name"]));
    if (call === "GET /tasks") return this.#tasks(wanted(filters["service"]));
    if (call === "GET /nodes") return nodes;
    if (call === "POST /configs/create")
      return (this.#configs.set("config", { ID: "config", Version: { Index: 1 }, Spec: body }), { ID: "config" });
    if (call === "GET /configs") return [...this.#configs.values()];
    if (call === "GET /networks" || call === "GET /secrets") return [];
    if (call === "GET /volumes") return { Volumes: [] };
    if (kind === "images") return { Id: "sha256:0", RepoTags: [], RepoDigests: [] };
    if (call.startsWith("GET /configs/")) return this.#configs.get(id);
    if (call.startsWith("DELETE /configs/")) return (this.#configs.delete(id), "");
    if (call.startsWith("GET /services/"))
      return [...this.#services.values()].find(({ ID, Spec }) => ID === id || Spec.Name === id);
    return undefined;
  }

  #create(spec: Json): Json {
    const ID = `service${String(this.#services.size).padStart(18, "0")}`;
    this.#services.set(spec.Name, { ...this.#recorded.services[0], ID, Spec: spec });
    this.#listing = undefined;
    return { ID };
  }

  #list(names: string[] | undefined): Json {
    if (names !== undefined) return names.flatMap((name) => this.#services.get(name) ?? []);
    return (this.#listing ??= JSON.stringify([...this.#services.values()]));
  }

  #tasks(ids: string[] | undefined): Json[] {
    const services = [...this.#services.values()].filter(({ ID }) => ids === undefined || ids.includes(ID));
    return services.map(({ ID }) => ({
      ...this.#recorded.tasks[0],
      ID: ID.replace("service", "task000"),
      ServiceID: ID,
    }));
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
