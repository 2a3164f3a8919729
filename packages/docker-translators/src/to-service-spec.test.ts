import { parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { deepFreeze, everyField, objectsWithin } from "./every-field.test.data.js";
import { withoutOwnLabels } from "./own-labels.js";
import { toServiceSpec } from "./to-service-spec.js";

const request = deepFreeze(parseRequest(everyField()));
const options = deepFreeze({
  apiVersion: "1.45",
  image: "registry.example:5000/plant/mill:1.2@sha256:abc",
  secrets: { key: "s1", token: "s2" },
  configs: { settings: "c1" },
});

it("makes the whole spec of every field", () => {
  expect(toServiceSpec(request, options)).toStrictEqual({
    Name: "mill",
    Labels: {
      "org.example.kind": "mill",
      "org.openfactory.deploy.replica-env":
        "SWARM_TASK_SLOT SWARM_TASK_ID SWARM_SERVICE_NAME SWARM_NODE_HOSTNAME SWARM_REPLICAS",
    },
    TaskTemplate: {
      ContainerSpec: {
        Image: "registry.example:5000/plant/mill:1.2@sha256:abc",
        User: "1000:1001",
        Hostname: "mill-host",
        Env: [
          "APP_UUID=MILL",
          "QUERY=a=b",
          'FORMAT={{"{{"}}.ID}} {{"{{"}}',
          "SWARM_TASK_SLOT={{.Task.Slot}}",
          "SWARM_TASK_ID={{.Task.ID}}",
          "SWARM_SERVICE_NAME={{.Service.Name}}",
          "SWARM_NODE_HOSTNAME={{.Node.Hostname}}",
          "SWARM_REPLICAS=3",
        ],
        Labels: { "org.example.kind": "mill" },
        Command: ["/bin/mill", "run"],
        Args: ["--fast", "a b"],
        Mounts: [
          {
            Type: "bind",
            Source: "/srv/mill",
            Target: "/srv",
            ReadOnly: true,
            BindOptions: { Propagation: "rprivate" },
          },
          {
            Type: "volume",
            Source: "nfs_data",
            Target: "/data",
            VolumeOptions: {
              NoCopy: true,
              Labels: { "org.example.volume": "1" },
              DriverConfig: { Name: "local", Options: { type: "nfs", o: "addr=nas,nfsvers=4", device: ":/export" } },
              Subpath: "mill",
            },
          },
          { Type: "tmpfs", Target: "/tmp", TmpfsOptions: { SizeBytes: 1048576, Mode: 0o1777 } },
        ],
        Healthcheck: {
          Test: ["CMD", "true"],
          Interval: 5e9,
          Timeout: 1e9,
          Retries: 3,
          StartPeriod: 10e9,
          StartInterval: 1e9,
        },
        StopGracePeriod: 20e9,
        Init: true,
        ReadOnly: true,
        CapabilityAdd: ["CAP_NET_ADMIN"],
        CapabilityDrop: ["ALL"],
        Ulimits: [{ Name: "nofile", Soft: 4096, Hard: 4096 }],
        Secrets: [
          { SecretID: "s1", SecretName: "key", File: { Name: "/etc/key", UID: "1000", GID: "1001", Mode: 0o400 } },
          { SecretID: "s2", SecretName: "token", File: { Name: "token", UID: "0", GID: "0", Mode: 0o444 } },
        ],
        Configs: [
          { ConfigID: "c1", ConfigName: "settings", File: { Name: "/settings", UID: "0", GID: "0", Mode: 0o444 } },
        ],
      },
      Resources: {
        Limits: { NanoCPUs: 1_500_000_000, MemoryBytes: 268435456, Pids: 100 },
        Reservations: { NanoCPUs: 500_000_000, MemoryBytes: 67108864 },
      },
      RestartPolicy: { Condition: "on-failure", Delay: 2e9, MaxAttempts: 4, Window: 60e9 },
      Placement: { Constraints: ["node.role==worker", "node.labels.line!=1"] },
      Networks: [{ Target: "plant" }, { Target: "office" }],
    },
    Mode: { Replicated: { Replicas: 3 } },
    UpdateConfig: {
      Parallelism: 2,
      Delay: 1e9,
      Monitor: 10e9,
      MaxFailureRatio: 0.5,
      Order: "start-first",
      FailureAction: "rollback",
    },
    RollbackConfig: { Parallelism: 0, FailureAction: "continue" },
    EndpointSpec: {
      Ports: [
        { Protocol: "tcp", TargetPort: 80, PublishedPort: 8080, PublishMode: "ingress" },
        { Protocol: "tcp", TargetPort: 80, PublishedPort: 8081, PublishMode: "host" },
        { Protocol: "udp", TargetPort: 53, PublishedPort: 5353, PublishMode: "host" },
        { Protocol: "tcp", TargetPort: 9000, PublishMode: "ingress" },
      ],
    },
  });
});

it("makes a small spec of a small request, also for old engines", () => {
  expect(toServiceSpec(parseRequest({ image: "mill", name: "mill" }), { apiVersion: "1.25" })).toStrictEqual({
    Name: "mill",
    TaskTemplate: { ContainerSpec: { Image: "mill", Env: [] }, RestartPolicy: { Condition: "any" } },
    Mode: { Replicated: { Replicas: 1 } },
  });
});

it("shares no object with the request or the options, and no labels between service and container", () => {
  const spec = toServiceSpec(request, options);
  const theirs = new Set([...objectsWithin(request), ...objectsWithin(options)]);
  expect(objectsWithin(spec).filter((object) => theirs.has(object))).toStrictEqual([]);
  expect(spec.Labels).not.toBe(spec.TaskTemplate.ContainerSpec.Labels);
});

it("keeps a pull policy that a node may be asked about, apart from the request's labels", () => {
  const base = parseRequest({ image: "mill", name: "mill", labels: { a: "b" }, imagePullPolicy: "never" });
  const { Labels, TaskTemplate } = toServiceSpec(base, { apiVersion: "1.41" });
  expect(Labels).toStrictEqual({ a: "b", "org.openfactory.deploy.pull-policy": "never" });
  expect(TaskTemplate.ContainerSpec.Labels).toStrictEqual({ a: "b" });
  expect(withoutOwnLabels(Labels)).toStrictEqual({ a: "b" });
  expect(toServiceSpec({ ...base, imagePullPolicy: "always" }, { apiVersion: "1.41" }).Labels).toStrictEqual({
    a: "b",
  });
});

it("refuses a secret without an id", () => {
  expect(() => toServiceSpec(request, { ...options, secrets: { key: "s1" } })).toThrow(
    expect.objectContaining({ code: "INVALID_REQUEST", service: "mill", field: "secrets[1]" }),
  );
});

it("refuses what the API version does not have", () => {
  expect(() => toServiceSpec(request, { ...options, apiVersion: "1.40" })).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED", service: "mill" }),
  );
});
