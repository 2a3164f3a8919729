import { DeploymentError, type ErrorCode } from "@openfactory/deploy-core";
import type { ContainerDetails, ContainerSummary, DockerEngine } from "@openfactory/docker-engine";

interface Body {
  Image: string;
  Labels?: Record<string, string>;
  Env?: string[];
  HostConfig?: ContainerDetails["HostConfig"];
}

/** The process of a container of this image exits at once. All others keep running. */
const CRASHES = "crash:1";

const engineError = (code: ErrorCode, message: string): DeploymentError =>
  new DeploymentError(code, message, { hint: "None.", cause: { message } });

/** The containers are JSON. structuredClone takes several times as long. */
const clone = (container: ContainerDetails): ContainerDetails => JSON.parse(JSON.stringify(container));

const hostPorts = (config: ContainerDetails["HostConfig"]): string[] =>
  Object.values(config.PortBindings ?? {}).flatMap((bindings) => (bindings ?? []).map(({ HostPort }) => HostPort));

/**
 * An engine in memory, whose containers have names, states, ports and times like those of a real engine. Each call of an
 * operation can fail, or be the last before its process ends.
 */
export class MemoryEngine {
  readonly containers = new Map<string, ContainerDetails>();
  readonly calls: string[] = [];
  /** Ids of images by name; any other is `image`. */
  readonly images = new Map<string, string>();
  /** Called before each call takes effect, with its number from 0. The call rejects with the error that it throws. */
  onCall: (index: number, call: string) => void = () => undefined;
  /** Called after each call has taken effect. */
  onDone: (index: number, call: string) => void = () => undefined;
  #ids = 0;
  #clock = Date.parse("2026-01-01T00:00:00Z");

  /** Another engine with the same containers and images, whose calls are counted from 0. */
  copy(): MemoryEngine {
    const copy = new MemoryEngine();
    for (const [id, container] of this.containers) copy.containers.set(id, clone(container));
    for (const [name, id] of this.images) copy.images.set(name, id);
    copy.#ids = this.#ids;
    copy.#clock = this.#clock;
    return copy;
  }

  /** A client of the engine. */
  engine(): DockerEngine {
    const call =
      <Args extends unknown[], Result>(name: string, work: (...args: Args) => Result) =>
      async (...args: Args): Promise<Result> => {
        const [first] = args;
        const index = this.calls.push(typeof first === "string" ? `${name} ${this.#nameOf(first)}` : name) - 1;
        this.onCall(index, name);
        const result = work(...args);
        this.onDone(index, name);
        return result;
      };
    const engine = {
      host: "unix:///memory.sock",
      apiVersion: async () => "1.51",
      info: call("info", () => ({ Swarm: { LocalNodeState: "inactive" } })),
      close: async () => undefined,
      // eslint-disable-next-line require-yield
      async *events(_filters: object, { onOpen }: { onOpen?: () => void } = {}) {
        onOpen?.();
        await new Promise(() => undefined);
      },
      containers: {
        create: call("create", (name: string, body: Body) => this.#create(name, body)),
        start: call("start", (id: string) => this.#start(this.#get(id))),
        stop: call("stop", (id: string) => this.#end(this.#get(id), 143)),
        remove: call("remove", (id: string) => void this.containers.delete(this.#get(id).Id)),
        rename: call("rename", (id: string, name: string) => this.#rename(this.#get(id), name)),
        update: call("update", (id: string, body: object) => {
          Object.assign(this.#get(id).HostConfig, body);
          return { warnings: [] };
        }),
        inspect: call("inspect", (id: string) => clone(this.#get(id))),
        list: call("list", (filters: { name?: string[]; label?: string[] } = {}) => this.#list(filters)),
        logs: async function* () {},
      },
      networks: { inspect: call("network", () => ({ Id: "bridge" })) },
      images: {
        inspect: call("image", (name: string) => ({
          Id: this.images.get(name) ?? "image",
          RepoTags: [],
          RepoDigests: [],
        })),
      },
    };
    return engine as unknown as DockerEngine;
  }

  /** All containers by name, with image, state and restart policy: `app:2 running unless-stopped`. */
  all(): Record<string, string> {
    return Object.fromEntries(
      [...this.containers.values()]
        .map(({ Name, Config, State, HostConfig }) => [
          Name.slice(1),
          `${Config.Image} ${State.Status} ${HostConfig.RestartPolicy?.Name}`,
        ])
        .sort(),
    );
  }

  ids(): string[] {
    return [...this.containers.keys()].sort();
  }

  #now(): string {
    this.#clock += 1000;
    return new Date(this.#clock).toISOString();
  }

  #nameOf(idOrName: string): string {
    return this.containers.get(idOrName)?.Name.slice(1) ?? idOrName;
  }

  #get(idOrName: string): ContainerDetails {
    const found =
      this.containers.get(idOrName) ?? [...this.containers.values()].find(({ Name }) => Name === `/${idOrName}`);
    if (found === undefined) throw engineError("NOT_FOUND", `No such container: ${idOrName}`);
    return found;
  }

  #free(name: string): void {
    if ([...this.containers.values()].some(({ Name }) => Name === `/${name}`))
      throw engineError("CONFLICT", `${name} is in use`);
  }

  #create(name: string, { Image, Labels = {}, Env = [], HostConfig = {} }: Body): { id: string; warnings: string[] } {
    this.#free(name);
    const id = `id${++this.#ids}`;
    this.containers.set(id, {
      Id: id,
      Name: `/${name}`,
      Created: this.#now(),
      Image: "image",
      RestartCount: 0,
      State: {
        Status: "created",
        Running: false,
        Restarting: false,
        OOMKilled: false,
        ExitCode: 0,
        Error: "",
        StartedAt: "0001-01-01T00:00:00Z",
        FinishedAt: "0001-01-01T00:00:00Z",
      },
      Config: { Image, Labels, Env },
      HostConfig,
      NetworkSettings: { Networks: { bridge: { NetworkID: "bridge" } } },
      Mounts: [],
    });
    return { id, warnings: [] };
  }

  #start(container: ContainerDetails): void {
    if (container.State.Running) return;
    const taken = [...this.containers.values()]
      .filter(({ State }) => State.Running)
      .flatMap(({ HostConfig }) => hostPorts(HostConfig));
    if (hostPorts(container.HostConfig).some((port) => taken.includes(port)))
      throw engineError("CONFLICT", "port is already allocated");
    Object.assign(container.State, { Status: "running", Running: true, StartedAt: this.#now() });
    if (container.Config.Image === CRASHES) this.#end(container, 1);
  }

  #end(container: ContainerDetails, ExitCode: number): void {
    if (!container.State.Running) return;
    Object.assign(container.State, { Status: "exited", Running: false, ExitCode, FinishedAt: this.#now() });
  }

  #rename(container: ContainerDetails, name: string): void {
    if (container.Name === `/${name}`) throw engineError("INVALID_REQUEST", "the same name");
    this.#free(name);
    container.Name = `/${name}`;
  }

  #list({ name = [], label = [] }: { name?: string[]; label?: string[] }): ContainerSummary[] {
    return [...this.containers.values()]
      .filter(({ Name }) => name.every((pattern) => new RegExp(pattern).test(Name)))
      .filter(({ Config }) =>
        label.every((wanted) => Object.entries(Config.Labels).some((pair) => pair.join("=") === wanted)),
      )
      .map(({ Id, Name, Config, State, Image, HostConfig }) => ({
        Id,
        Names: [Name],
        Image: Config.Image,
        ImageID: Image,
        Created: 0,
        State: State.Status,
        Status: State.Status,
        Labels: Config.Labels,
        Ports: hostPorts(HostConfig).map((port) => ({ PrivatePort: 80, PublicPort: Number(port), Type: "tcp" })),
      }));
  }
}
