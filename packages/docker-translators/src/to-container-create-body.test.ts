import { parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { deepFreeze, everyField, objectsWithin } from "./every-field.test.data.js";
import { toContainerCreateBody } from "./to-container-create-body.js";

const request = deepFreeze(parseRequest(everyField()));

it("makes the whole body of every field that a container has", () => {
  expect(toContainerCreateBody(request, { apiVersion: "1.45" })).toStrictEqual({
    Image: "registry.example:5000/plant/mill:1.2",
    User: "1000:1001",
    Hostname: "mill-host",
    Env: ["APP_UUID=MILL", "QUERY=a=b", "FORMAT={{.ID}} {{"],
    Labels: { "org.example.kind": "mill" },
    Entrypoint: ["/bin/mill", "run"],
    Cmd: ["--fast", "a b"],
    ExposedPorts: { "80/tcp": {}, "53/udp": {}, "9000/tcp": {} },
    Healthcheck: {
      Test: ["CMD", "true"],
      Interval: 5e9,
      Timeout: 1e9,
      Retries: 3,
      StartPeriod: 10e9,
      StartInterval: 1e9,
    },
    StopTimeout: 20,
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    HostConfig: {
      NetworkMode: "plant",
      PortBindings: {
        "80/tcp": [
          { HostIp: "", HostPort: "8080" },
          { HostIp: "", HostPort: "8081" },
        ],
        "53/udp": [{ HostIp: "", HostPort: "5353" }],
        "9000/tcp": [{ HostIp: "", HostPort: "" }],
      },
      Mounts: [
        { Type: "bind", Source: "/srv/mill", Target: "/srv", ReadOnly: true, BindOptions: { Propagation: "rprivate" } },
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
      NanoCpus: 1_500_000_000,
      Memory: 268435456,
      MemoryReservation: 67108864,
      PidsLimit: 100,
      Ulimits: [{ Name: "nofile", Soft: 4096, Hard: 4096 }],
      RestartPolicy: { Name: "on-failure", MaximumRetryCount: 4 },
      Init: true,
      ReadonlyRootfs: true,
      CapAdd: ["NET_ADMIN"],
      CapDrop: ["ALL"],
    },
    NetworkingConfig: { EndpointsConfig: { plant: {}, office: {} } },
  });
});

it("makes a small body of a small request", () => {
  const small = parseRequest({ image: "mill", name: "mill" });
  expect(toContainerCreateBody(small, { apiVersion: "1.41" })).toStrictEqual({
    Image: "mill",
    Env: [],
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    HostConfig: { RestartPolicy: { Name: "unless-stopped" } },
  });
});

it("names the first network only where the API takes no more", () => {
  const two = parseRequest({ image: "mill", name: "mill", networks: ["plant", "office"] });
  const body = toContainerCreateBody(two, { apiVersion: "1.43" });
  expect(body.HostConfig.NetworkMode).toBe("plant");
  expect(body.NetworkingConfig).toStrictEqual({ EndpointsConfig: { plant: {} } });
});

it("gives a replica its service's name on every network", () => {
  const replica = parseRequest({ image: "mill", name: "mill-2", networks: ["plant", "office"] });
  const body = toContainerCreateBody(replica, { apiVersion: "1.44", serviceName: "mill" });
  expect(body.NetworkingConfig?.EndpointsConfig).toStrictEqual({
    plant: { Aliases: ["mill"] },
    office: { Aliases: ["mill"] },
  });
});

it("shares no object with the request", () => {
  const theirs = new Set(objectsWithin(request));
  const shared = objectsWithin(toContainerCreateBody(request, { apiVersion: "1.45" })).filter((o) => theirs.has(o));
  expect(shared).toStrictEqual([]);
});

it("refuses what the API version does not have, and says so of the service", () => {
  expect(() => toContainerCreateBody(request, { apiVersion: "1.41", serviceName: "line" })).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED", service: "line" }),
  );
});
