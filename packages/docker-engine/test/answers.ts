// Complete answers of an engine: the tests write only what they are about.

const TIME = "2026-01-01T00:00:00.000000000Z";

type Part = Record<string, unknown>;

const part = (parts: Part, key: string): Part => (parts[key] ?? {}) as Part;

/** Engine API, ContainerInspectResponse. `State`, `Config` and the others are completed, too. */
export const containerAnswer = (parts: object = {}): object => {
  const given = parts as Part;
  return {
    Id: "1",
    Name: "/demo",
    Created: TIME,
    Image: "sha256:1",
    RestartCount: 0,
    ...given,
    State: {
      Status: "running",
      Running: true,
      Restarting: false,
      OOMKilled: false,
      ExitCode: 0,
      Error: "",
      StartedAt: TIME,
      FinishedAt: "0001-01-01T00:00:00Z",
      ...health(part(given, "State")),
    },
    Config: { Image: "demo:1", Labels: {}, ...part(given, "Config") },
    HostConfig: part(given, "HostConfig"),
    NetworkSettings: {
      Networks: Object.fromEntries(
        Object.entries(part(part(given, "NetworkSettings"), "Networks")).map(([name, network]) => [
          name,
          { NetworkID: name, ...(network as object) },
        ]),
      ),
    },
  };
};

const health = (state: Part): Part =>
  state["Health"] === undefined ? state : { ...state, Health: { FailingStreak: 0, ...(state["Health"] as object) } };

/** Engine API, ContainerSummary. */
export const summaryAnswer = (parts: object = {}): object => ({
  Id: "1",
  Names: ["/demo"],
  Image: "demo:1",
  ImageID: "sha256:1",
  Created: 1,
  State: "running",
  Status: "Up 3 seconds",
  Labels: {},
  Ports: [],
  ...parts,
});

/** Engine API, SystemInfo. */
export const infoAnswer = (Swarm: object, parts: object = {}): object => ({
  ID: "engine",
  Name: "host",
  ServerVersion: "20.10.24",
  NCPU: 2,
  MemTotal: 1024 ** 3,
  Swarm: { NodeID: "", LocalNodeState: "inactive", ControlAvailable: false, ...Swarm },
  ...parts,
});

/** Engine API, SystemVersion. */
export const versionAnswer = (parts: object = {}): object => ({
  Version: "20.10.24",
  ApiVersion: "1.41",
  Os: "linux",
  Arch: "amd64",
  ...parts,
});

/** Engine API, Network. */
export const networkAnswer = (parts: object = {}): object => ({
  Id: "n1",
  Name: "front",
  Scope: "local",
  Driver: "bridge",
  Attachable: false,
  Ingress: false,
  Labels: {},
  ...parts,
});

/** Engine API, Volume. */
export const volumeAnswer = (parts: object = {}): object => ({
  Name: "data",
  Driver: "local",
  Options: null,
  Labels: null,
  ...parts,
});

/** Engine API, Event. */
export const eventAnswer = (parts: object = {}): object => ({
  Type: "container",
  Action: "start",
  Actor: { ID: "1", Attributes: {} },
  time: 1,
  timeNano: 1,
  ...parts,
});
