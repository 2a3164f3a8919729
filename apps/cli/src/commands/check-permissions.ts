import { statSync } from "node:fs";
import { join } from "node:path";
import { type Diagnosis, homeDirectory } from "@openfactory/deploy-core";
import type { Io } from "../io.js";

/** Others can read the file: the last digit of its mode, or write it. */
const OTHERS_READ = 0o004;
const OTHERS_WRITE = 0o002;
const GROUP_WRITE = 0o020;

interface CheckedFile {
  readonly path: string;
  /** What the file is, and what a user who has the access can do. */
  readonly reason: string;
  /** Bits of the mode that the file must not have. */
  readonly forbidden: number;
  /** The argument of `chmod` that removes them. */
  readonly change: string;
}

const secret = (path: string, reason: string): CheckedFile => ({
  path,
  reason,
  forbidden: OTHERS_READ | OTHERS_WRITE | GROUP_WRITE,
  change: "go-rwx",
});

/**
 * Finds files with secrets that other users can read, and files and sockets that they can change. A missing file is no
 * problem. On Windows, modes mean nothing, so nothing is checked.
 * @param options.host the engine's address. Default: `DOCKER_HOST`, or the default socket.
 */
export function checkPermissions(
  { host, policies, envFiles }: { host?: string | undefined; policies: readonly string[]; envFiles: readonly string[] },
  { env }: Pick<Io, "env">,
): Diagnosis[] {
  if (process.platform === "win32") return [];
  const docker = env["DOCKER_CONFIG"] || join(homeDirectory(env), ".docker");
  const certificates = env["DOCKER_CERT_PATH"] || docker;
  const address = host ?? (env["DOCKER_HOST"] || "unix:///var/run/docker.sock");
  const files: CheckedFile[] = [
    ...(address.startsWith("unix://")
      ? [
          {
            path: address.slice("unix://".length),
            reason: "every user of this machine can use the engine, and so become root",
            forbidden: OTHERS_WRITE,
            change: "o-rw",
          },
        ]
      : []),
    secret(join(certificates, "key.pem"), "it is the key of the client certificate"),
    secret(join(docker, "config.json"), "it can contain credentials of registries"),
    ...envFiles.map((path) => secret(path, "it can contain secrets")),
    ...policies.map((path) => ({
      path,
      reason: "a user who can change the policy can switch it off",
      forbidden: OTHERS_WRITE | GROUP_WRITE,
      change: "go-w",
    })),
  ];
  return files.flatMap(checkFile);
}

function checkFile({ path, reason, forbidden, change }: CheckedFile): Diagnosis[] {
  let mode: number;
  try {
    ({ mode } = statSync(path));
  } catch {
    return [];
  }
  if ((mode & forbidden) === 0) return [];
  const octal = (mode & 0o777).toString(8).padStart(4, "0");
  return [
    {
      check: `permissions of ${path}`,
      state: "warning",
      detail: `Other users have access (mode ${octal}): ${reason}.`,
      hint: `Run \`chmod ${change} ${path}\`.`,
    },
  ];
}
