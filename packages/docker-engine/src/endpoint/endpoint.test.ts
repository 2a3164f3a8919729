import { describe, expect, it } from "vitest";
import { parseHost } from "./endpoint.js";

const tls = { verify: true, ca: "CA" };

describe("parseHost", () => {
  it("reads sockets and pipes", () => {
    expect(parseHost("unix:///run/docker.sock", "--host")).toEqual({
      kind: "socket",
      host: "unix:///run/docker.sock",
      path: "/run/docker.sock",
    });
    expect(parseHost("npipe:////./pipe/docker_engine", "--host")).toMatchObject({ path: "//./pipe/docker_engine" });
  });

  it.each([
    ["tcp://engine:2345", { hostname: "engine", port: 2345, pathPrefix: "", host: "tcp://engine:2345" }],
    ["tcp://engine", { port: 2375 }],
    ["tcp://engine:80", { port: 80 }],
    ["engine:2375", { hostname: "engine", port: 2375 }],
    [":2375", { hostname: "localhost", port: 2375 }],
    ["tcp://[::1]:2375/", { hostname: "::1", port: 2375, pathPrefix: "" }],
    ["http://proxy/base/", { port: 2375, pathPrefix: "/base" }],
    ["https://engine", { port: 2376, tls: { verify: true } }],
  ])("reads %s", (text, expected) => {
    expect(parseHost(text, "DOCKER_HOST")).toMatchObject({ kind: "tcp", ...expected });
  });

  it("passes TLS material to TCP, whose default port is then 2376", () => {
    expect(parseHost("tcp://engine", "--host", tls)).toMatchObject({ port: 2376, tls });
    expect(parseHost("tcp://engine:9999", "--host", tls)).toMatchObject({ port: 9999, tls });
    expect(parseHost("tcp://engine", "--host")).toMatchObject({ tls: undefined });
  });

  it("reads SSH", () => {
    expect(parseHost("ssh://me@box:2222/run/d.sock", "--host")).toEqual({
      kind: "ssh",
      host: "ssh://me@box:2222/run/d.sock",
      hostname: "box",
      port: 2222,
      user: "me",
      socketPath: "/run/d.sock",
    });
    expect(parseHost("ssh://box", "--host")).toEqual({ kind: "ssh", host: "ssh://box", hostname: "box" });
  });

  it.each([
    ["", "empty"],
    ["unix://", "path is missing"],
    ["unix://relative", "must start with a slash"],
    ["/var/run/docker.sock", "unix://"],
    ["tcp://", "no valid host name"],
    ["tcp://a b", "whitespace"],
    ["tcp://host:99999", "no valid host name and port"],
    ["tcp://host:0", "port 0"],
    ["tcp://host?x=1", "query"],
    ["tcp://me:secret@host", "password"],
    ["ssh://me:secret@host", "password"],
    ["ssh://-oProxyCommand=evil", "dash"],
    ["ssh://host/a;b", "invalid characters"],
    ["ftp://host", "unknown scheme"],
    ["fd://3", "a setting of the engine"],
  ])("rejects %s", (text, why) => {
    expect(() => parseHost(text, "DOCKER_HOST")).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
    expect(() => parseHost(text, "DOCKER_HOST")).toThrow(why);
    expect(() => parseHost(text, "DOCKER_HOST")).toThrow("DOCKER_HOST");
    expect(() => parseHost(text, "DOCKER_HOST")).not.toThrow("secret");
  });
});
