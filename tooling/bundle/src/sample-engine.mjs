import { once } from "node:events";
import { createServer } from "node:http";

const NOT_FOUND = 404;
const CONFLICT = 409;

const TIME = "2026-01-01T00:00:00Z";
const STATE = { Running: true, Restarting: false, OOMKilled: false, ExitCode: 0, Error: "", Status: "running" };

/** Fixed answers, by path. */
const ANSWERS = {
  "/info": {
    ID: "engine",
    Name: "sample",
    ServerVersion: "20.10.24",
    NCPU: 8,
    MemTotal: 2 ** 34,
    Swarm: { NodeID: "node", Cluster: { ID: "swarm" }, LocalNodeState: "active", ControlAvailable: true },
  },
  "/nodes": [
    {
      ID: "node",
      Version: { Index: 1 },
      Spec: { Role: "manager", Availability: "active", Labels: {} },
      Description: {
        Hostname: "sample",
        Platform: { Architecture: "x86_64", OS: "linux" },
        Resources: { NanoCPUs: 8e9, MemoryBytes: 2 ** 34 },
        Engine: { EngineVersion: "20.10.24" },
      },
      Status: { State: "ready", Addr: "127.0.0.1" },
    },
  ],
};

const spec = (ID, Spec) => ({ ID, Version: { Index: 1 }, CreatedAt: TIME, UpdatedAt: TIME, Spec });
const network = (Id, { Name, Driver = "bridge", Attachable = false, Labels = {} }) => ({
  Id,
  Name,
  Driver,
  Attachable,
  Labels,
  Ingress: false,
  Scope: Driver === "overlay" ? "swarm" : "local",
});

const task = (ServiceID, { TaskTemplate }) => ({
  ...spec(`task of ${ServiceID}`, TaskTemplate),
  ServiceID,
  NodeID: "node",
  Slot: 1,
  DesiredState: "running",
  Status: { Timestamp: TIME, State: "running", ContainerStatus: { ContainerID: "container" } },
});

/** What was created, by kind, in a list and alone. */
const VIEWS = {
  services: { listed: spec },
  secrets: { listed: spec },
  configs: { listed: spec },
  networks: { listed: network },
  volumes: {
    listed: (Name, { Driver = "local", Labels = {} }) => ({ Name, Driver, Labels, Options: {}, CreatedAt: TIME }),
  },
  containers: {
    listed: (Id, { Image, Labels = {} }, name) => ({
      Id,
      Names: [`/${name}`],
      Image,
      ImageID: "sha256:0",
      Created: 0,
      State: "running",
      Status: "Up",
      Labels,
      Ports: [],
    }),
    alone: (Id, { HostConfig = {}, NetworkingConfig, ...config }, name) => ({
      Id,
      Name: `/${name}`,
      Created: TIME,
      Image: "sha256:0",
      RestartCount: 0,
      State: { ...STATE, StartedAt: TIME, FinishedAt: TIME },
      Config: { Labels: {}, ...config },
      HostConfig,
      NetworkSettings: {
        Ports: {},
        Networks: Object.fromEntries(
          Object.keys(NetworkingConfig?.EndpointsConfig ?? {}).map((NetworkID) => [NetworkID, { NetworkID }]),
        ),
      },
    }),
  },
};

/**
 * An engine and a swarm in memory, for the sample runs of the build: it creates and lists, and runs nothing.
 * @returns its address, and a function that stops it.
 */
export async function startSampleEngine() {
  const created = Object.fromEntries(Object.keys(VIEWS).map((kind) => [kind, new Map()]));
  const answer = (method, { pathname, searchParams }, body) => {
    const path = pathname.replace(/^\/v[\d.]+/, "");
    if (path === "/_ping") return "OK";
    if (ANSWERS[path]) return ANSWERS[path];
    if (path === "/tasks") return [...created.services].map(([name, made]) => task(name, made));
    const [, kind, id, action] = path.split("/");
    if (kind === "images") return { Id: "sha256:0", RepoTags: [], RepoDigests: [], Config: {} };
    const { listed, alone = listed } = VIEWS[kind] ?? {};
    const all = created[kind];
    if (all === undefined) return NOT_FOUND;
    if (method === "POST" && id === "create") {
      const name = searchParams.get("name") ?? body.Name;
      if (kind !== "volumes" && all.has(name)) return CONFLICT;
      if (!all.has(name)) all.set(name, body);
      return { ID: name, Id: name, ...(kind === "volumes" && alone(name, all.get(name))), Warnings: [] };
    }
    if (id === undefined || id === "json") {
      const list = [...all].map(([name, made]) => listed(name, made, name));
      return kind === "volumes" ? { Volumes: list } : list;
    }
    if (!all.has(id)) return NOT_FOUND;
    if (method === "DELETE") all.delete(id);
    return method === "GET" && action !== "logs" ? alone(id, all.get(id), id) : "";
  };
  const server = createServer(async (request, response) => {
    const parts = await request.toArray();
    const body = parts.length === 0 ? {} : JSON.parse(Buffer.concat(parts).toString());
    const found = answer(request.method, new URL(request.url, "http://sample"), body);
    response.setHeader("Api-Version", "1.41").setHeader("Content-Type", "application/json");
    if (typeof found === "number") response.statusCode = found;
    response.end(JSON.stringify(typeof found === "number" ? { message: "sample" } : found));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { host: `tcp://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}
