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
const fault = (code: string, message = "x") => Object.assign(new Error(message), { code });

it.each([
  ["ENOENT", "there is no such socket", "Start Docker"],
  ["EACCES", "may not open the socket", "docker group"],
  ["EPERM", "may not open the socket", "docker group"],
  ["ECONNREFUSED", "refused", "Start Docker"],
  ["ENOTFOUND", "host name is not known", "Check the address"],
  ["ETIMEDOUT", "does not answer", "firewalls"],
  ["ECONNRESET", "broke off", "log"],
  ["EPIPE", "broke off", "log"],
  ["ERR_STREAM_PREMATURE_CLOSE", "broke off", "log"],
  ["HPE_INVALID_CONSTANT", "does not speak HTTP", "address"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "TLS", "DOCKER_CERT_PATH"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "TLS", "DOCKER_CERT_PATH"],
  ["SSH", "SSH", "ssh by hand"],
  ["EWHATEVER", "the connection failed", "Start Docker"],
])("%s says what happened and what to do", (code, what, hint) => {
  expect(connectionError(fault(code), socket)).toMatchObject({
    code: "ENGINE_UNREACHABLE",
    message: expect.stringContaining(what),
    hint: expect.stringContaining(hint),
    cause: { message: "x" },
  });
});

it("names the engine and what named it", () => {
  expect(connectionError(fault("ENOENT"), socket).message).toBe(
    "No Docker Engine at unix:///d.sock (DOCKER_HOST): there is no such socket.",
  );
});

it("shows what TLS and SSH say of themselves", () => {
  expect(connectionError(fault("SSH", "ssh: Permission denied (publickey)."), socket).message).toContain("publickey");
});

it("thinks of TLS where no HTTP comes from a plain port", () => {
  expect(connectionError(fault("HPE_INVALID_CONSTANT"), tcp).hint).toContain("DOCKER_TLS_VERIFY=1");
});
