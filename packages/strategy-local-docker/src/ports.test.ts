import type { NormalizedRequest } from "@openfactory/deploy-core";
import { fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { boundPorts, checkPublishedPorts, listedPorts } from "./ports.js";

test("listedPorts() returns a port on all addresses once, though it is listed for IPv4 and IPv6", () => {
  expect(
    listedPorts([
      { IP: "0.0.0.0", PrivatePort: 80, PublicPort: 8080, Type: "tcp" },
      { IP: "::", PrivatePort: 80, PublicPort: 8080, Type: "tcp" },
    ]),
  ).toEqual([{ target: 80, published: 8080, protocol: "tcp", mode: "ingress" }]);
});

test("listedPorts() leaves out exposed ports, and keeps host addresses", () => {
  expect(
    listedPorts([
      { PrivatePort: 443, Type: "tcp" },
      { IP: "127.0.0.1", PrivatePort: 53, PublicPort: 5353, Type: "udp" },
    ]),
  ).toEqual([{ target: 53, published: 5353, protocol: "udp", hostAddress: "127.0.0.1", mode: "ingress" }]);
});

test("boundPorts() reads the ports of an inspected container in the same way", () => {
  expect(
    boundPorts({
      "80/tcp": [
        { HostIp: "0.0.0.0", HostPort: "8080" },
        { HostIp: "::", HostPort: "8080" },
        { HostIp: "127.0.0.1", HostPort: "9090" },
      ],
      "443/tcp": null,
    }),
  ).toEqual([
    { target: 80, published: 8080, protocol: "tcp", mode: "ingress" },
    { target: 80, published: 9090, protocol: "tcp", hostAddress: "127.0.0.1", mode: "ingress" },
  ]);
  expect(boundPorts(undefined)).toEqual([]);
});

type Bound = Record<string, { HostIp: string; HostPort: string }[] | null>;

const port = (part: object = {}) => ({ target: 80, published: 8080, protocol: "tcp", mode: "ingress", ...part });
const at = (HostIp: string, HostPort = "8080") => ({ HostIp, HostPort });

const check = (
  ports: object[],
  Ports: Bound,
  { strict = false, networks = ["plant"], Running = true, Restarting = false } = {},
) => {
  const { engine, calls } = fakeEngine({
    "containers.inspect": () => ({
      State: { Running, Restarting },
      NetworkSettings: { Ports, Networks: { plant: {} } },
    }),
  });
  const request = { name: "web", ports, networks } as unknown as NormalizedRequest;
  return { calls, outcome: checkPublishedPorts(engine, "id", request, { strict }) };
};

test.each([
  ["every address", {}, [at("0.0.0.0"), at("::")]],
  ["every address, from an engine that writes none", {}, [at("")]],
  ["0.0.0.0", { hostAddress: "0.0.0.0" }, [at("0.0.0.0")]],
  ["::", { hostAddress: "::" }, [at("::")]],
  ["one address", { hostAddress: "127.0.0.1" }, [at("127.0.0.1")]],
  ["an IPv6 address in another spelling", { hostAddress: "2001:DB8:0::1" }, [at("2001:db8::1")]],
  ["an IPv4 address mapped to IPv6", { hostAddress: "::ffff:127.0.0.1" }, [at("127.0.0.1")]],
  ["a port that the engine chose", { published: undefined }, [at("0.0.0.0", "49153")]],
])("checkPublishedPorts() accepts a port that is published as requested: %s", async (_, part, bound) => {
  expect(await check([port(part)], { "80/tcp": bound }).outcome).toEqual([]);
});

test.each([
  ["on every address instead of one", { hostAddress: "127.0.0.1" }, at("0.0.0.0")],
  ["on every IPv6 address instead of one", { hostAddress: "fe80::1" }, at("::")],
  ["on another address", { hostAddress: "127.0.0.1" }, at("10.0.0.1")],
  ["on another host port", {}, at("0.0.0.0", "8081")],
])("checkPublishedPorts() rejects with ENGINE_ERROR for a port that is open %s", async (_, part, bound) => {
  await expect(check([port(part)], { "80/tcp": [bound] }).outcome).rejects.toMatchObject({
    code: "ENGINE_ERROR",
    field: "ports",
  });
});

test("checkPublishedPorts() reports a port that is not published, with its networks", async () => {
  const [warning, ...rest] = await check([port(), port({ target: 81, published: 8181 })], { "80/tcp": [at("0.0.0.0")] })
    .outcome;
  expect(rest).toEqual([]);
  expect(warning).toMatchObject({ code: "FIELD_NOT_SUPPORTED", service: "web", strategy: "docker", field: "ports" });
  expect(warning?.reason).toContain("8181:81/tcp");
  expect(warning?.reason).toContain("plant");
});

test("checkPublishedPorts() rejects with UNSUPPORTED for a port that is not published, in strict mode", async () => {
  await expect(check([port()], { "80/tcp": null }, { strict: true }).outcome).rejects.toMatchObject({
    code: "UNSUPPORTED",
    field: "ports",
  });
});

test("checkPublishedPorts() makes no call without ports, or on a network that the manifest reports", async () => {
  for (const { calls, outcome } of [
    check([], {}),
    check([port()], {}, { networks: ["host"] }),
    check([port()], {}, { networks: ["none"] }),
  ]) {
    expect(await outcome).toEqual([]);
    expect(calls).toEqual([]);
  }
});

test("checkPublishedPorts() reports nothing about a process that has ended: its ports are closed", async () => {
  expect(await check([port()], {}, { Running: false }).outcome).toEqual([]);
  expect(await check([port()], {}, { Restarting: true }).outcome).toEqual([]);
});
