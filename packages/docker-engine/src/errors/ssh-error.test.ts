import { expect, it } from "vitest";
import { explainSsh } from "./ssh-error.js";

const explain = (output: string, message = `ssh: ${output.split("\n").at(-1)}`) =>
  explainSsh(Object.assign(new Error(message), { output }), {
    kind: "ssh",
    host: "ssh://me@box:2222",
    hostname: "box",
    port: 2222,
    user: "me",
  });

it.each([
  [
    "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.",
    "differs",
    "ssh-keygen -R '[box]:2222'",
  ],
  ["Host key verification failed.", "the host key of [box]:2222 is not known", "ssh -p 2222 me@box"],
  ["me@box: Permission denied (publickey).", "rejected the login", "authorized_keys"],
  ["ssh: Could not resolve hostname box: Name or service not known", "unknown host name", "~/.ssh/config"],
  ["ssh: connect to host box port 2222: Connection refused", "unreachable", "firewalls"],
  ["ssh: connect to host box port 2222: No route to host", "unreachable", "firewalls"],
  ["bash: line 1: docker: command not found", "no docker command", "Install Docker there"],
  ["sh: 1: docker: not found", "no docker command", "Install Docker there"],
  ["zsh:1: command not found: docker", "no docker command", "Install Docker there"],
  ["docker: 'dial-stdio' is not a docker command.", "no `docker system dial-stdio`", "18.09"],
  [
    "failed to open the raw stream connection: dial unix /d.sock: connect: no such file",
    "does not answer",
    "systemctl",
  ],
  ["failed to open the raw stream connection: dial unix /d.sock: connect: connection refused", "does not", "systemctl"],
  ["dial unix /var/run/docker.sock: connect: permission denied", "may not use the engine", "docker group"],
])("%s has its reason and hint", (output, reason, hint) => {
  const found = explain(output);
  expect(found.reason).toMatch(/^the SSH connection failed: /);
  expect(found.reason).toContain(reason);
  expect(found.hint).toContain(hint);
});

it("a missing ssh program has its reason and hint", () => {
  expect(explain("", "ssh: spawn ssh ENOENT")).toMatchObject({ reason: expect.stringContaining("no ssh program") });
});

it("any other output has the command to run by hand as its hint", () => {
  expect(explain("Connection closed by box.")).toEqual({
    reason: "the SSH connection failed",
    hint: expect.stringContaining("ssh -p 2222 me@box docker version"),
  });
});
