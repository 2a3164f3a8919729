import type {
  ContainerDetails,
  ContainerSummary,
  EngineEvent,
  EngineInfo,
  EngineVersion,
  ImageDetails,
  NamedResource,
  NetworkDetails,
  NodeDetails,
  ServiceDetails,
  TaskDetails,
  VolumeDetails,
} from "../engine-types.js";
import { anyObject, flag, listOf, mapOf, number, object, optional, text, time } from "./shape.js";

// The shape of each answer: the keys that this package or a strategy reads. Engines leave out or write null for whatever was
// not set, so most are optional.

const texts = optional(listOf(text));
const textMap = optional(mapOf(text));
const optionalText = optional(text);
const optionalNumber = optional(number);
const optionalFlag = optional(flag);

/** Of calls that answer with warnings or with an id, which differ in the spelling of their keys. */
export const warningsShape = object<{ Warnings?: string[] | null }>({ Warnings: texts });
export const createdShape = object<{ Id: string; Warnings?: string[] | null; Warning?: string }>({
  Id: text,
  Warnings: texts,
  Warning: optionalText,
});
export const createdServiceShape = object<{ ID: string; Warnings?: string[] | null }>({ ID: text, Warnings: texts });

/** Of a new secret or config. */
export const createdFileShape = object<{ ID: string }>({ ID: text });

export const versionShape = object<EngineVersion>({
  Version: text,
  ApiVersion: text,
  MinAPIVersion: optionalText,
  Components: optional(listOf(object({ Name: text, Version: text }))),
  Os: text,
  Arch: text,
});

export const infoShape = object<EngineInfo>({
  ID: text,
  Name: text,
  ServerVersion: text,
  DockerRootDir: optionalText,
  NCPU: number,
  MemTotal: number,
  SystemTime: optionalText,
  LoggingDriver: optionalText,
  Swarm: object<EngineInfo["Swarm"]>({
    NodeID: text,
    Cluster: optional(object({ ID: text })),
    LocalNodeState: text,
    ControlAvailable: flag,
    Error: optionalText,
    Nodes: optionalNumber,
    Managers: optionalNumber,
    RemoteManagers: optional(listOf(object({ NodeID: text, Addr: text }))),
  }),
});

export const execShape = object<{ Running: boolean; ExitCode?: number | null }>({
  Running: flag,
  ExitCode: optionalNumber,
});

export const eventShape = object<EngineEvent>({
  Type: text,
  Action: text,
  Actor: object({ ID: text, Attributes: textMap }),
  time: number,
  timeNano: number,
});

const networkName = optional(mapOf(object({ NetworkID: optionalText })));

export const containersShape = listOf(
  object<ContainerSummary>({
    Id: text,
    Names: listOf(text),
    Image: text,
    ImageID: text,
    Created: number,
    State: text,
    Status: text,
    Labels: mapOf(text),
    Ports: listOf(object({ IP: optionalText, PrivatePort: number, PublicPort: optionalNumber, Type: text })),
    NetworkSettings: optional(object({ Networks: networkName })),
  }),
);

const healthcheck = optional(object({ Test: texts }));
const ulimits = optional(listOf(object({ Name: text, Soft: number, Hard: number })));
const mounts = optional(listOf(object({ Type: optionalText, Source: optionalText, Target: optionalText })));
const portBindings = optional(mapOf(optional(listOf(object({ HostIp: optionalText, HostPort: optionalText })))));

export const containerShape = object<ContainerDetails>({
  Id: text,
  Name: text,
  Created: time,
  Image: text,
  RestartCount: number,
  State: object<ContainerDetails["State"]>({
    Status: text,
    Running: flag,
    Restarting: flag,
    OOMKilled: flag,
    ExitCode: number,
    Error: text,
    StartedAt: time,
    FinishedAt: time,
    Health: optional(
      object({
        Status: text,
        FailingStreak: number,
        Log: optional(listOf(object({ End: optionalText, ExitCode: number, Output: text }))),
      }),
    ),
  }),
  Config: object({
    Image: text,
    Labels: mapOf(text),
    Env: texts,
    Entrypoint: texts,
    Cmd: texts,
    User: optionalText,
    Hostname: optionalText,
    Tty: optionalFlag,
    Healthcheck: healthcheck,
    StopTimeout: optionalNumber,
  }),
  HostConfig: object({
    RestartPolicy: optional(object({ Name: text, MaximumRetryCount: optionalNumber })),
    PortBindings: portBindings,
    Binds: texts,
    Mounts: mounts,
    Ulimits: ulimits,
    NetworkMode: optionalText,
    CapAdd: texts,
    CapDrop: texts,
    LogConfig: optional(object({ Type: text })),
  }),
  NetworkSettings: object({ Ports: portBindings, Networks: mapOf(object({ NetworkID: text, Aliases: texts })) }),
  Mounts: optional(listOf(object({ Type: text, Name: optionalText, Source: text, Destination: text, RW: flag }))),
});

const taskTemplate = object({
  ContainerSpec: optional(
    object({
      Image: text,
      Env: texts,
      User: optionalText,
      Hostname: optionalText,
      Labels: textMap,
      Command: texts,
      Args: texts,
      Mounts: mounts,
      Healthcheck: healthcheck,
      Ulimits: ulimits,
      CapabilityAdd: texts,
      CapabilityDrop: texts,
      Secrets: optional(listOf(object({ SecretName: optionalText, File: optional(anyObject) }))),
      Configs: optional(listOf(object({ ConfigName: optionalText, File: optional(anyObject) }))),
    }),
  ),
  Resources: optional(object({ Limits: optional(anyObject), Reservations: optional(anyObject) })),
  RestartPolicy: optional(object({ Condition: optionalText })),
  Placement: optional(object({ Constraints: texts })),
  Networks: optional(listOf(object({ Target: text }))),
  LogDriver: optional(object({ Name: optionalText, Options: textMap })),
  ForceUpdate: optionalNumber,
});

const endpointPorts = optional(
  listOf(object({ Protocol: text, TargetPort: number, PublishedPort: optionalNumber, PublishMode: optionalText })),
);

const serviceSpec = object<ServiceDetails["Spec"]>({
  Name: text,
  Labels: textMap,
  TaskTemplate: taskTemplate,
  Mode: optional(
    object({
      Replicated: optional(object({ Replicas: optionalNumber })),
      Global: optional(anyObject),
      ReplicatedJob: optional(object({ MaxConcurrent: optionalNumber, TotalCompletions: optionalNumber })),
      GlobalJob: optional(anyObject),
    }),
  ),
  UpdateConfig: optional(anyObject),
  RollbackConfig: optional(anyObject),
  EndpointSpec: optional(object({ Ports: endpointPorts })),
});

export const serviceShape = object<ServiceDetails>({
  ID: text,
  Version: object({ Index: number }),
  CreatedAt: time,
  UpdatedAt: time,
  Spec: serviceSpec,
  PreviousSpec: optional(serviceSpec),
  Endpoint: optional(object({ Ports: endpointPorts })),
  UpdateStatus: optional(object({ State: optionalText, StartedAt: optionalText, Message: optionalText })),
  ServiceStatus: optional(object({ RunningTasks: number, DesiredTasks: number, CompletedTasks: optionalNumber })),
  JobStatus: optional(object({ JobIteration: object({ Index: optionalNumber }), LastExecution: optionalText })),
});

export const taskShape = object<TaskDetails>({
  ID: text,
  Version: object({ Index: number }),
  CreatedAt: time,
  UpdatedAt: time,
  ServiceID: text,
  NodeID: optionalText,
  Slot: optionalNumber,
  DesiredState: text,
  Spec: object({ ContainerSpec: optional(object({ Image: optionalText })), Resources: optional(anyObject) }),
  JobIteration: optional(object({ Index: optionalNumber })),
  Status: object<TaskDetails["Status"]>({
    Timestamp: time,
    State: text,
    Message: optionalText,
    Err: optionalText,
    ContainerStatus: optional(object({ ContainerID: optionalText, PID: optionalNumber, ExitCode: optionalNumber })),
    PortStatus: optional(
      object({
        Ports: optional(listOf(object({ Protocol: text, TargetPort: number, PublishedPort: optionalNumber }))),
      }),
    ),
  }),
});

export const networkShape = object<NetworkDetails>({
  Id: text,
  Name: text,
  Created: optionalText,
  Scope: text,
  Driver: text,
  Attachable: flag,
  Ingress: flag,
  Labels: textMap,
  Containers: optional(mapOf(object({ Name: text }))),
});
export const networksShape = listOf(networkShape);

export const volumeShape = object<VolumeDetails>({
  Name: text,
  Driver: text,
  Options: textMap,
  Labels: textMap,
  Mountpoint: optionalText,
});
export const volumesShape = object<{ Volumes?: VolumeDetails[] | null }>({ Volumes: optional(listOf(volumeShape)) });

export const imageShape = object<ImageDetails>({
  Id: text,
  RepoTags: texts,
  RepoDigests: texts,
  Config: optional(
    object({
      Env: texts,
      Labels: textMap,
      Entrypoint: texts,
      Cmd: texts,
      User: optionalText,
      Healthcheck: healthcheck,
    }),
  ),
});

export const imagesShape = listOf(object<{ Id: string }>({ Id: text }));

export const importedShape = object<{ status?: string; error?: string }>({ status: optionalText, error: optionalText });

export const distributionShape = object<{ Descriptor: { digest: string } }>({ Descriptor: object({ digest: text }) });

export const nodesShape = listOf(
  object<NodeDetails>({
    ID: text,
    Spec: object({ Role: text, Availability: text, Labels: textMap }),
    Description: object({
      Hostname: text,
      Platform: object({ Architecture: text, OS: text }),
      Resources: object({ NanoCPUs: number, MemoryBytes: number }),
      Engine: object({ EngineVersion: text, Labels: textMap }),
    }),
    Status: object({ State: text, Addr: optionalText, Message: optionalText }),
    ManagerStatus: optional(object({ Leader: optionalFlag, Reachability: text, Addr: text })),
  }),
);

export const namedResourcesShape = listOf(
  object<NamedResource>({ ID: text, Spec: object({ Name: text, Labels: textMap }) }),
);

/** The part of Podman's own API that is used here (libpod, PodListLibpod). */
export const podsShape = listOf(
  object<{ Name: string; Containers?: { Id: string }[] | null }>({
    Name: text,
    Containers: optional(listOf(object({ Id: text }))),
  }),
);

/** Source: moby, `pkg/jsonmessage`. */
export interface PullMessage {
  status?: string;
  id?: string;
  progressDetail?: { current?: number; total?: number };
  error?: string;
  errorDetail?: { code?: number; message?: string };
}

export const pullMessageShape = object<PullMessage>({
  status: optionalText,
  id: optionalText,
  progressDetail: optional(object({ current: optionalNumber, total: optionalNumber })),
  error: optionalText,
  errorDetail: optional(object({ code: optionalNumber, message: optionalText })),
});
