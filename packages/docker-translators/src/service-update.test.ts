import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { describe, expect, it } from "vitest";
import { mergeServiceSpec } from "./service-update.js";
import { deepFreeze, everyField, objectsWithin } from "./every-field.test.data.js";
import { toServiceSpec } from "./service.js";

const options = { apiVersion: "1.45", secrets: { key: "s1", token: "s2" }, configs: { settings: "c1" } };
const specOf = (part: Partial<DeployRequest>) =>
  deepFreeze(toServiceSpec(parseRequest({ image: "mill:1", name: "mill", ...part }), options));

/** A spec with settings for which a request has no field, as an engine answers it. */
const others = deepFreeze({
  Name: "mill",
  Labels: { old: "1" },
  TaskTemplate: {
    ContainerSpec: {
      Image: "mill:1",
      Env: ["OLD=1"],
      Dir: "/srv",
      TTY: true,
      Hosts: ["10.0.0.1 nas"],
      DNSConfig: { Nameservers: ["10.0.0.2"] },
      Isolation: "default",
      Ulimits: [
        { Name: "nproc", Soft: 1, Hard: 1 },
        { Name: "nofile", Soft: 9, Hard: 9 },
      ],
      Configs: [
        { ConfigID: "c9", ConfigName: "credentials", Runtime: {} },
        { ConfigID: "c8", ConfigName: "old", File: { Name: "/old" } },
      ],
    },
    Resources: {
      Limits: { MemoryBytes: 1 },
      Reservations: { NanoCPUs: 1, GenericResources: [{ NamedResourceSpec: { Kind: "GPU", Value: "1" } }] },
    },
    RestartPolicy: { Condition: "none", Delay: 1 },
    Placement: {
      Constraints: ["node.role==manager"],
      MaxReplicas: 2,
      Platforms: [{ OS: "linux", Architecture: "amd64" }],
    },
    Networks: [
      { Target: "n1", Aliases: ["grinder"], DriverOpts: { mtu: "9000" } },
      { Target: "n2", Aliases: ["gone"] },
    ],
    LogDriver: { Name: "journald" },
    ForceUpdate: 4,
    Runtime: "container",
  },
  Mode: { Replicated: { Replicas: 5 } },
  UpdateConfig: { Parallelism: 9 },
  EndpointSpec: { Mode: "dnsrr", Ports: [{ TargetPort: 1 }] },
});

it("mergeServiceSpec() applies the request and keeps the settings for which it has no field", () => {
  const asked = specOf({
    networks: ["plant"],
    openFiles: 8,
    configs: ["settings"],
    resources: { Limits: { Pids: 3 } },
  });
  expect(mergeServiceSpec(others, asked, new Map([["plant", "n1"]]))).toStrictEqual({
    Name: "mill",
    TaskTemplate: {
      ContainerSpec: {
        Image: "mill:1",
        Env: [],
        Isolation: "default",
        Ulimits: [
          { Name: "nproc", Soft: 1, Hard: 1 },
          { Name: "nofile", Soft: 8, Hard: 8 },
        ],
        Configs: [
          { ConfigID: "c9", ConfigName: "credentials", Runtime: {} },
          { ConfigID: "c1", ConfigName: "settings", File: { Name: "/settings", UID: "0", GID: "0", Mode: 0o444 } },
        ],
      },
      Resources: {
        Limits: { Pids: 3 },
        Reservations: { GenericResources: [{ NamedResourceSpec: { Kind: "GPU", Value: "1" } }] },
      },
      RestartPolicy: { Condition: "any" },
      Placement: { MaxReplicas: 2, Platforms: [{ OS: "linux", Architecture: "amd64" }] },
      Networks: [{ Target: "plant", DriverOpts: { mtu: "9000" } }],
      ForceUpdate: 4,
      Runtime: "container",
    },
    Mode: { Replicated: { Replicas: 1 } },
    EndpointSpec: { Mode: "dnsrr" },
  });
});

it("mergeServiceSpec() drops the platforms of the replaced image", () => {
  expect(mergeServiceSpec(others, specOf({ image: "mill:2" })).TaskTemplate.Placement).toStrictEqual({
    MaxReplicas: 2,
  });
});

describe("mergeServiceSpec() with every field", () => {
  const asked = deepFreeze(toServiceSpec(parseRequest(everyField()), options));

  it("applies all of them to any spec", () => {
    expect(mergeServiceSpec({}, asked)).toStrictEqual(asked);
    expect(mergeServiceSpec(asked, asked)).toStrictEqual(asked);
    const { TaskTemplate, EndpointSpec, ...rest } = mergeServiceSpec(others, asked);
    expect({ ...asked, ...rest }).toStrictEqual(asked);
    expect(EndpointSpec).toStrictEqual({ Mode: "dnsrr", ...asked.EndpointSpec });
    const { Ulimits: _, Configs: __, ...container } = asked.TaskTemplate.ContainerSpec;
    expect(TaskTemplate.ContainerSpec).toMatchObject(container);
  });

  it("removes those that the request no longer has", () => {
    const small = specOf({});
    expect(mergeServiceSpec(asked, small)).toStrictEqual(small);
  });

  it("shares no object with either spec", () => {
    const theirs = new Set([...objectsWithin(others), ...objectsWithin(asked)]);
    expect(objectsWithin(mergeServiceSpec(others, asked)).filter((object) => theirs.has(object))).toStrictEqual([]);
  });
});
