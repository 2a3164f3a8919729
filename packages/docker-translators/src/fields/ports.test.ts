import { type DeployRequest, parseRequest } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { toEndpointSpec, toExposedPorts, toPortBindings } from "./ports.js";

const request = (more: Partial<DeployRequest>) => parseRequest({ image: "mill", name: "mill", ...more });
const mill = { service: "mill" };

it("publishes a container port on a host port", () => {
  const asked = request({ ports: { 8080: 80 } });
  expect(toExposedPorts(asked)).toStrictEqual({ ExposedPorts: { "80/tcp": {} } });
  expect(toPortBindings(asked)).toStrictEqual({ PortBindings: { "80/tcp": [{ HostIp: "", HostPort: "8080" }] } });
  expect(toEndpointSpec(asked, mill)).toStrictEqual({
    EndpointSpec: { Ports: [{ Protocol: "tcp", TargetPort: 80, PublishedPort: 8080, PublishMode: "ingress" }] },
  });
});

it("publishes one container port on several host ports and addresses", () => {
  const asked = request({
    ports: [
      { target: 80, published: 8080, hostAddress: "127.0.0.1" },
      { target: 80, published: 8080, hostAddress: "::1" },
      { target: 80, published: 8081 },
    ],
  });
  expect(toExposedPorts(asked)).toStrictEqual({ ExposedPorts: { "80/tcp": {} } });
  expect(toPortBindings(asked)).toStrictEqual({
    PortBindings: {
      "80/tcp": [
        { HostIp: "127.0.0.1", HostPort: "8080" },
        { HostIp: "::1", HostPort: "8080" },
        { HostIp: "", HostPort: "8081" },
      ],
    },
  });
});

it("distinguishes protocols", () => {
  const asked = request({
    ports: [
      { target: 53, published: 53 },
      { target: 53, published: 53, protocol: "udp" },
    ],
  });
  expect(toPortBindings(asked)).toStrictEqual({
    PortBindings: { "53/tcp": [{ HostIp: "", HostPort: "53" }], "53/udp": [{ HostIp: "", HostPort: "53" }] },
  });
});

it("lets the engine choose a host port if none is published", () => {
  const asked = request({ ports: [{ target: 132, protocol: "sctp", mode: "host" }] });
  expect(toPortBindings(asked)).toStrictEqual({ PortBindings: { "132/sctp": [{ HostIp: "", HostPort: "" }] } });
  expect(toEndpointSpec(asked, mill)).toStrictEqual({
    EndpointSpec: { Ports: [{ Protocol: "sctp", TargetPort: 132, PublishMode: "host" }] },
  });
});

it.each([{}, { ports: [] }, { ports: {} }])("sends nothing without ports: %j", (more) => {
  const asked = request(more);
  expect([toExposedPorts(asked), toPortBindings(asked), toEndpointSpec(asked, mill)]).toStrictEqual([{}, {}, {}]);
});

it.each(["fe80::1%lo", "fe80::1%25eth0", "", "localhost", "010.0.0.1", "1.2.3"])(
  "rejects host address %j of a container, which the engine would read as all addresses",
  (hostAddress) => {
    const ports = [{ target: 80, published: 8080, hostAddress, protocol: "tcp", mode: "ingress" }] as const;
    expect(() => toPortBindings({ ports: [...ports] })).toThrow(
      expect.objectContaining({ code: "INVALID_REQUEST", field: "ports" }),
    );
  },
);

it.each(["127.0.0.1", "::1"])("rejects host address %s on Swarm, which publishes on all addresses", (hostAddress) => {
  const asked = request({ ports: [{ target: 81 }, { target: 80, published: 8080, hostAddress }] });
  expect(() => toEndpointSpec(asked, mill)).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED", field: "ports[1].hostAddress", service: "mill" }),
  );
});

it.each(["0.0.0.0", "::"])("accepts host address %s on Swarm, which means all addresses", (hostAddress) => {
  const asked = request({ ports: [{ target: 80, published: 8080, hostAddress }] });
  expect(toEndpointSpec(asked, mill).EndpointSpec?.Ports).toHaveLength(1);
});

it("rejects one container port on two host ports in host mode on Swarm, which drops the first", () => {
  const twice = request({
    ports: [
      { target: 80, published: 8080, mode: "host" },
      { target: 80, published: 8081, mode: "host" },
    ],
  });
  expect(() => toEndpointSpec(twice, mill)).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED", field: "ports[1]" }),
  );
  const ingress = request({ ports: { 8080: 80, 8081: 80 } });
  expect(toEndpointSpec(ingress, mill).EndpointSpec?.Ports).toHaveLength(2);
});
