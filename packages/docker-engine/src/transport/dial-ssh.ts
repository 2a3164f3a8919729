import type * as childProcess from "node:child_process";
import type { Environment } from "../config/config-directory.js";
import type { SshEndpoint } from "../endpoint/endpoint.js";
import { ProcessSocket } from "./process-socket.js";
import { builtIn } from "./built-in.js";

const { spawn } = builtIn("node:child_process") as typeof childProcess;

/** Source: docker/cli, `cli/connhelper/ssh`. */
export function sshArguments({ hostname, port, user, socketPath }: SshEndpoint): string[] {
  return [
    "-o",
    "ConnectTimeout=30",
    "-T",
    ...(user === undefined ? [] : ["-l", user]),
    ...(port === undefined ? [] : ["-p", String(port)]),
    "--",
    hostname,
    "docker",
    ...(socketPath === undefined ? [] : ["--host", `unix://${socketPath}`]),
    "system",
    "dial-stdio",
  ];
}

/**
 * A connection through the user's own `ssh`, as the docker command makes it, so that agents, keys, jump hosts and
 * everything else in the user's SSH configuration hold.
 */
export function dialSsh(endpoint: SshEndpoint, env: Environment): ProcessSocket {
  const child = spawn("ssh", sshArguments(endpoint), { env: { ...env }, stdio: "pipe", windowsHide: true });
  return new ProcessSocket(child, "ssh", env);
}
