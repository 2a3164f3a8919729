import { randomBytes } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TEST_IMAGE } from "@openfactory/test-engine";

/** A server in place of an engine that keeps services and containers in memory, and runs nothing. */
export interface FakeHttpEngine {
  /** As in `DOCKER_HOST`. */
  readonly host: string;
  /** The names of services and containers that exist. */
  names(): string[];
  /** Connections that are open now. */
  connections(): number;
  close(): Promise<void>;
}

const TIME = "2026-01-01T00:00:00Z";
const LINE = `${"x".repeat(200)}\n`;

interface Stored {
  Name: string;
  body: Record<string, never>;
  running: boolean;
}

/** A frame of a log stream: stdout, three zeros, length, content (Engine API, ContainerAttach). */
function frame(text: string): Buffer {
  const head = Buffer.alloc(8);
  head[0] = 1;
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

export async function startFakeHttpEngine(): Promise<FakeHttpEngine> {
  const services = new Map<string, Stored>();
  const containers = new Map<string, Stored>();
  let created = 0;
  const find = (all: Map<string, Stored>, idOrName: string): [string, Stored] | undefined =>
    [...all].find(([id, { Name }]) => id === idOrName || Name === idOrName);
  const newId = (): string => (created += 1).toString(16).padStart(64, "0");

  const service = ([ID, { Name, body }]: [string, Stored]) => ({
    ID,
    Version: { Index: 1 },
    CreatedAt: TIME,
    UpdatedAt: TIME,
    Spec: { ...body, Name },
    ServiceStatus: { RunningTasks: 0, DesiredTasks: 0 },
  });
  const summary = ([Id, { Name, body, running }]: [string, Stored]) => ({
    Id,
    Names: [`/${Name}`],
    Image: TEST_IMAGE,
    ImageID: "sha256:1",
    Created: 1,
    State: running ? "running" : "created",
    Status: running ? "Up 3 seconds" : "Created",
    Labels: body["Labels"] ?? {},
    Ports: [],
  });
  const details = ([Id, { Name, body, running }]: [string, Stored]) => ({
    Id,
    Name: `/${Name}`,
    Created: TIME,
    Image: "sha256:1",
    RestartCount: 0,
    State: {
      Status: running ? "running" : "created",
      Running: running,
      Restarting: false,
      OOMKilled: false,
      ExitCode: 0,
      Error: "",
      StartedAt: TIME,
      FinishedAt: "0001-01-01T00:00:00Z",
    },
    Config: { ...body, Labels: body["Labels"] ?? {} },
    HostConfig: body["HostConfig"] ?? {},
    NetworkSettings: { Networks: {} },
  });
  const labelsOf = (path: URL): string[] => {
    const { label = [] } = JSON.parse(path.searchParams.get("filters") ?? "{}") as { label?: string[] | object };
    return Array.isArray(label) ? label : Object.keys(label);
  };
  const matches =
    (path: URL) =>
    ([, { body }]: [string, Stored]) =>
      labelsOf(path).every((label) => {
        const [name = "", ...value] = label.split("=");
        const actual = (body["Labels"] as Record<string, string> | undefined)?.[name];
        return value.length === 0 ? actual !== undefined : actual === value.join("=");
      });

  /** Writes lines as fast as the client reads them. */
  function writeNoise(response: ServerResponse): void {
    response.writeHead(200, { "Content-Type": "application/vnd.docker.raw-stream" });
    const noise = frame(`2026-01-01T00:00:00.000000000Z ${LINE}`);
    const write = (): void => {
      for (let lines = 0; lines < 50; lines += 1) if (!response.write(noise)) return void response.once("drain", later);
      later();
    };
    const later = (): void => {
      if (!response.destroyed) setTimeout(write, 20).unref();
    };
    write();
  }

  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "", "http://engine");
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const answer = (status: number, body?: unknown): void => {
      response.writeHead(status, { "Content-Type": "application/json", "Api-Version": "1.41" });
      response.end(body === undefined ? "" : JSON.stringify(body));
    };
    const missing = (): void => answer(404, { message: "not found" });
    const [, kind = "", name = "", action = ""] = path.pathname.replace(/^\/v[0-9.]+/, "").split("/");
    if (kind === "_ping") return answer(200, "OK");
    if (kind === "info") {
      const Swarm = { NodeID: "n", LocalNodeState: "active", ControlAvailable: true, Cluster: { ID: "c" } };
      return answer(200, { ID: "e", Name: "h", ServerVersion: "20.10.24", NCPU: 2, MemTotal: 2 ** 30, Swarm });
    }
    if (kind === "images") return answer(200, { Id: "sha256:1", RepoDigests: [], Config: {} });
    if (kind === "distribution") return answer(404, { message: "no registry" });
    const all = kind === "services" ? services : containers;
    if (kind !== "services" && kind !== "containers") return answer(200, kind === "volumes" ? { Volumes: [] } : []);
    if (action === "logs") return writeNoise(response);
    if (name === "json" || name === "") {
      return answer(200, [...all].filter(matches(path)).map(kind === "services" ? service : (summary as never)));
    }
    if (name === "create") {
      const body = JSON.parse(text) as Stored["body"];
      const Name = String(body["Name"] ?? path.searchParams.get("name"));
      if (find(all, Name) !== undefined) return answer(409, { message: `name ${Name} is in use` });
      const id = newId();
      all.set(id, { Name, body, running: false });
      return answer(201, { ID: id, Id: id, Warnings: [] });
    }
    const found = find(all, decodeURIComponent(name));
    if (found === undefined) return missing();
    if (request.method === "DELETE") {
      all.delete(found[0]);
      return answer(kind === "services" ? 200 : 204);
    }
    if (action === "start") found[1].running = true;
    if (action === "rename") found[1].Name = path.searchParams.get("name") ?? "";
    if (request.method === "POST") return answer(204);
    return answer(200, kind === "services" ? service(found) : details(found));
  });
  // As dockerd: an idle connection stays open. On a busy machine, a client may use a connection that was just closed.
  server.keepAliveTimeout = 0;
  const socket = join(tmpdir(), `ofd-${randomBytes(6).toString("hex")}.sock`);
  let open = 0;
  server.on("connection", (connection) => {
    open += 1;
    connection.on("close", () => (open -= 1));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    host: `unix://${socket}`,
    names: () => [...services.values(), ...containers.values()].map(({ Name }) => Name),
    connections: () => open,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(socket, { force: true });
    },
  };
}
