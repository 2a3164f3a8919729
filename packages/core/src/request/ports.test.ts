import { describe, expect, test } from "vitest";
import { portsSchema } from "./ports.js";

const tcp = { protocol: "tcp", mode: "ingress" };
const messages = (ports: unknown): string => JSON.stringify(portsSchema.safeParse(ports).error?.issues);

describe("portsSchema", () => {
  test("parses {host: container} to a list", () => {
    expect(portsSchema.parse({ 8080: 80, 8443: 443 })).toEqual([
      { published: 8080, target: 80, ...tcp },
      { published: 8443, target: 443, ...tcp },
    ]);
  });

  test("sets only the defaults of protocol and mode", () => {
    expect(portsSchema.parse([{ target: 80 }])).toEqual([{ target: 80, ...tcp }]);
  });

  test("keeps a list unchanged", () => {
    const ports = [
      { target: 53, published: 53, protocol: "udp", hostAddress: "127.0.0.1", mode: "host" },
      { target: 53, published: 53, protocol: "tcp", hostAddress: "::1", mode: "ingress" },
      { target: 1, published: 65535, protocol: "sctp", mode: "ingress" },
    ];
    expect(portsSchema.parse(ports)).toEqual(ports);
  });

  test.each([{}, []])("parses %j to no ports", (ports) => {
    expect(portsSchema.parse(ports)).toEqual([]);
  });

  test.each([
    [{ 0: 80 }, "a host port must be at least 1"],
    [{ 65536: 80 }, "a host port must be at most 65535"],
    [{ "80/udp": 80 }, "a host port must be a number"],
    [{ "": 80 }, "a host port must be a number"],
    [{ "-1": 80 }, "a host port must be a number"],
    [{ 80: 0 }, "a container port must be at least 1"],
    [{ 80: 80.5 }, "a container port must be a whole number"],
    [{ 80: "80" }, "a container port must be a number"],
    [[{ target: 65536 }], "a container port must be at most 65535"],
    [[{ published: 80 }], "a container port must be a number"],
    [[{ target: 80, published: 0 }], "a host port must be at least 1"],
    [[{ target: 80, protocol: "icmp" }], "protocol"],
    [[{ target: 80, hostAddress: "localhost" }], "a host address must be an IP address"],
    [[{ target: 80, hostPort: 80 }], "hostPort"],
    [["80:80"], "expected object"],
    ["80:80", "expected {host: container}, or a list of ports"],
    [null, "expected {host: container}, or a list of ports"],
  ])("rejects %j: %s", (ports, message) => {
    expect(messages(ports)).toContain(message);
  });

  const once = { target: 80, published: 80 };
  test.each([
    ["the same port", [once, { ...once, target: 81 }]],
    ["two spellings of one port", { 80: 80, "080": 81 }],
    ["an address and all addresses", [once, { ...once, hostAddress: "127.0.0.1" }]],
    [
      "an address and 0.0.0.0",
      [
        { ...once, hostAddress: "0.0.0.0" },
        { ...once, hostAddress: "127.0.0.1" },
      ],
    ],
    [
      "one address twice",
      [
        { ...once, hostAddress: "10.0.0.1" },
        { ...once, hostAddress: "10.0.0.1" },
      ],
    ],
  ])("rejects %s", (_, ports) => {
    expect(messages(ports)).toContain("host port 80/tcp is published twice");
  });

  test.each([
    ["one container port twice", { 80: 80, 81: 80 }],
    ["two protocols", [once, { ...once, protocol: "udp" }]],
    [
      "two addresses",
      [
        { ...once, hostAddress: "10.0.0.1" },
        { ...once, hostAddress: "10.0.0.2" },
      ],
    ],
    ["ports that the engine chooses", [{ target: 80 }, { target: 81 }]],
  ])("accepts %s", (_, ports) => {
    expect(portsSchema.safeParse(ports).success).toBe(true);
  });
});
