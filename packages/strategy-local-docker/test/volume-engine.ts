import { DeploymentError, type ErrorCode } from "@openfactory/deploy-core";
import type { ContainerBody, DockerEngine, Filters, VolumeDetails } from "@openfactory/docker-engine";

interface Helper {
  Id: string;
  Names: string[];
  Labels: Record<string, string>;
  user: string | undefined;
  volume: string;
}

const engineError = (code: ErrorCode, message: string): DeploymentError =>
  new DeploymentError(code, message, { hint: "None.", cause: { message } });

/** Volumes with one file each, and the images and containers that fill them. Each call can fail, or be the last of its process. */
export class VolumeEngine {
  readonly volumes = new Map<string, VolumeDetails & { archive?: Buffer; owner?: string | undefined }>();
  readonly containers = new Map<string, Helper>();
  readonly images = new Map<string, Record<string, string>>();
  readonly calls: string[] = [];
  /** Called before each call takes effect, with its number from 0. The call rejects with the error that it throws. */
  onCall: (index: number, call: string) => void = () => undefined;
  #ids = 0;

  engine(): DockerEngine {
    const call =
      <Args extends unknown[], Result>(name: string, work: (...args: Args) => Result) =>
      async (...args: Args): Promise<Result> => {
        this.onCall(this.calls.push(name) - 1, name);
        return work(...args);
      };
    const engine = {
      host: "unix:///memory.sock",
      volumes: {
        list: call("list volumes", ({ name: [part = ""] = [] }: Filters) =>
          [...this.volumes.values()].filter(({ Name }) => Name.includes(part)),
        ),
        inspect: call("inspect volume", (name: string) => this.#volume(name)),
        create: call("create volume", ({ Name, Labels }: Pick<VolumeDetails, "Name" | "Labels">) => {
          const Mountpoint = `/var/lib/docker/volumes/${Name}/_data`;
          const volume = this.volumes.get(Name) ?? { Name, Labels, Mountpoint, Driver: "local", Options: null };
          this.volumes.set(Name, volume);
          return volume;
        }),
        remove: call("remove volume", (name: string) => {
          this.#volume(name);
          if (this.#users(name).length > 0) throw engineError("CONFLICT", "volume is in use");
          this.volumes.delete(name);
        }),
      },
      images: {
        import: call("import image", (_: Buffer, { labels }: { labels: Record<string, string> }) => {
          const id = `sha256:${++this.#ids}`;
          this.images.set(id, labels);
          return id;
        }),
        list: call("list images", (filters: Filters) =>
          [...this.images].filter(([, labels]) => matches(labels, filters)).map(([id]) => id),
        ),
        remove: call("remove image", (id: string) => {
          if (!this.images.delete(id)) throw engineError("IMAGE_NOT_FOUND", "no such image");
        }),
      },
      containers: {
        create: call("create container", (name: string, { Labels, User, HostConfig }: ContainerBody) => {
          const Id = `c${++this.#ids}`;
          const volume = HostConfig?.Mounts?.[0]?.Source ?? "";
          this.containers.set(Id, { Id, Names: [`/${name}`], Labels: { ...Labels }, user: User ?? undefined, volume });
          return { id: Id, warnings: [] };
        }),
        list: call("list containers", (filters: Filters) =>
          [...this.containers.values()].filter(({ volume, Labels }) =>
            filters["volume"] ? filters["volume"].includes(volume) : matches(Labels, filters),
          ),
        ),
        remove: call("remove container", (id: string) => {
          if (!this.containers.delete(id)) throw engineError("NOT_FOUND", "no such container");
        }),
        putArchive: call("write", (id: string, _: string, archive: Buffer) => {
          const { volume, user } = this.#container(id);
          Object.assign(this.#volume(volume), { archive, owner: user });
        }),
        getArchive: call("read", (id: string) => {
          const { archive } = this.#volume(this.#container(id).volume);
          if (archive === undefined) throw engineError("NOT_FOUND", "no such file");
          return archive;
        }),
      },
    };
    return engine as unknown as DockerEngine;
  }

  /** The names of everything that exists. */
  names(): string[] {
    return [...this.volumes.keys(), ...this.containers.keys(), ...this.images.keys()].sort();
  }

  #users = (volume: string): Helper[] => [...this.containers.values()].filter((each) => each.volume === volume);

  #volume(name: string) {
    const volume = this.volumes.get(name);
    if (volume === undefined) throw engineError("NOT_FOUND", `no such volume: ${name}`);
    return volume;
  }

  #container(id: string): Helper {
    const container = this.containers.get(id);
    if (container === undefined) throw engineError("NOT_FOUND", `no such container: ${id}`);
    return container;
  }
}

const matches = (labels: Readonly<Record<string, string>>, { label = [] }: Filters): boolean =>
  label.every((wanted) => Object.entries(labels).some((pair) => pair.join("=") === wanted));
