import { expect, test } from "vitest";
import { boundPorts, listedPorts } from "./ports.js";

test("a port on all addresses is one port, though listed for IPv4 and IPv6", () => {
  expect(
    listedPorts([
      { IP: "0.0.0.0", PrivatePort: 80, PublicPort: 8080, Type: "tcp" },
      { IP: "::", PrivatePort: 80, PublicPort: 8080, Type: "tcp" },
    ]),
  ).toEqual([{ target: 80, published: 8080, protocol: "tcp", mode: "ingress" }]);
});

test("an exposed port that is not published is left out, a host address is kept", () => {
  expect(
    listedPorts([
      { PrivatePort: 443, Type: "tcp" },
      { IP: "127.0.0.1", PrivatePort: 53, PublicPort: 5353, Type: "udp" },
    ]),
  ).toEqual([{ target: 53, published: 5353, protocol: "udp", hostAddress: "127.0.0.1", mode: "ingress" }]);
});

test("ports of an inspect are read the same way", () => {
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
