import { expect, it } from "vitest";
import type { ResolvedEndpoint } from "../endpoint/endpoint.js";
import { connectionError } from "./connection-error.js";

const socket: ResolvedEndpoint = { kind: "socket", host: "unix:///d.sock", path: "/d.sock", source: "DOCKER_HOST" };
const tcp: ResolvedEndpoint = {
  kind: "tcp",
  host: "tcp://a:1",
  hostname: "a",
  port: 1,
  pathPrefix: "",
  source: "--host",
};
const ssh: ResolvedEndpoint = { kind: "ssh", host: "ssh://box", hostname: "box", source: "--host" };
const systemError = (code: string, message = "x") => Object.assign(new Error(message), { code });

it.each([
  ["ENOENT", "the socket does not exist", "Start Docker"],
  ["EACCES", "permission denied on the socket", "docker group"],
  ["EPERM", "permission denied on the socket", "docker group"],
  ["ECONNREFUSED", "refused", "Start Docker"],
  ["ENOTFOUND", "unknown host name", "Check the address"],
  ["ETIMEDOUT", "does not answer", "firewalls"],
  ["ECONNRESET", "connection closed", "log"],
  ["EPIPE", "connection closed", "log"],
  ["ERR_STREAM_PREMATURE_CLOSE", "connection closed", "log"],
  ["HPE_INVALID_CONSTANT", "does not speak HTTP", "address"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "TLS", "DOCKER_CERT_PATH"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "TLS", "subjectAltName"],
  ["EWHATEVER", "the connection failed", "Start Docker"],
])("%s is ENGINE_UNREACHABLE with its cause and a hint", (code, what, hint) => {
  expect(connectionError(systemError(code), socket)).toMatchObject({
    code: "ENGINE_UNREACHABLE",
    message: expect.stringContaining(what),
    hint: expect.stringContaining(hint),
    cause: { message: "x" },
  });
});

it("the message names the engine and the setting that selected it", () => {
  expect(connectionError(systemError("ENOENT"), socket).message).toBe(
    "Can't connect to the Docker Engine at unix:///d.sock (DOCKER_HOST): the socket does not exist.",
  );
});

it("the message includes the output of SSH", () => {
  const error = connectionError(systemError("SSH", "ssh: Permission denied (publickey)."), ssh);
  expect(error.message).toBe(
    "Can't connect to the Docker Engine at ssh://box (--host): the SSH connection failed: the host rejected the login " +
      "(ssh: Permission denied (publickey).).",
  );
  expect(error.hint).toContain("ssh -v box");
});

it("the hint suggests TLS if a TCP port without TLS does not answer with HTTP", () => {
  expect(connectionError(systemError("HPE_INVALID_CONSTANT"), tcp).hint).toContain("DOCKER_TLS_VERIFY=1");
});
