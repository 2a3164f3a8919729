import { describe, expect, it } from "vitest";
import { ports } from "./ports.js";

describe("ports", () => {
  it.each([
    ["80", [{ target: 80 }]],
    [80, [{ target: 80 }]],
    ["8080:80", [{ target: 80, published: 8080 }]],
    ["8080:80/udp", [{ target: 80, published: 8080, protocol: "udp" }]],
    ["127.0.0.1:8080:80", [{ target: 80, published: 8080, hostAddress: "127.0.0.1" }]],
    ["127.0.0.1::80", [{ target: 80, hostAddress: "127.0.0.1" }]],
    ["[::1]:8080:80/tcp", [{ target: 80, published: 8080, protocol: "tcp", hostAddress: "::1" }]],
    [
      "9000-9001:80-81",
      [
        { target: 80, published: 9000 },
        { target: 81, published: 9001 },
      ],
    ],
    ["3000-3001", [{ target: 3000 }, { target: 3001 }]],
    [
      { target: "80", published: "8080", host_ip: "10.0.0.1", protocol: "udp", mode: "host" },
      [{ target: 80, published: 8080, protocol: "udp", hostAddress: "10.0.0.1", mode: "host" }],
    ],
    [{ target: 80 }, [{ target: 80 }]],
  ])("%j is parsed", (written, expected) => expect(ports.parse([written])).toEqual([expected]));

  it.each([
    "",
    "web",
    "0",
    "80:",
    ":",
    "1:2:3",
    "65536",
    "80/http",
    "3-1",
    "1-300",
    "1-3:1-2",
    "127.0.0.1:80",
    1.5,
    -1,
    "host:1:2",
  ])("%j is refused", (written) => expect(ports.safeParse([written]).success).toBe(false));

  it("allows at most 1000 ports", () => {
    const ranges = (count: number) =>
      Array.from({ length: count }, (_, index) => `${1 + index * 250}-${250 + index * 250}`);
    expect(ports.safeParse(ranges(4)).success).toBe(true);
    expect(ports.safeParse(ranges(5)).success).toBe(false);
  });
});
