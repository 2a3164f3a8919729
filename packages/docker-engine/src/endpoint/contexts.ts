import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DeploymentError } from "@openfactory/deploy-core";
import { configDirectory, type Environment } from "./docker-config.js";
import { type Endpoint, type TlsMaterial, parseHost } from "./endpoint.js";
import { readSettings } from "./read-settings.js";
import { readTlsFiles } from "./tls-files.js";

/** What is used of a context's meta.json. Source: docker/cli, `cli/context/store`. */
interface ContextMeta {
  name: string;
  host?: string;
  skipTlsVerify: boolean;
}

/** The context that means "no context": the environment, or the default socket. */
export const DEFAULT_CONTEXT = "default";

const directoryOf = (name: string): string => createHash("sha256").update(name).digest("hex");

function readMeta(file: string): ContextMeta | undefined {
  try {
    return parseMeta(JSON.parse(readSettings(file)));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new DeploymentError("INVALID_REQUEST", `The Docker context file ${file} can't be read.`, {
      hint: "Create the context again with `docker context create`.",
    });
  }
}

const fieldOf = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;

/** @throws an error if a part has another type. */
function parseMeta(value: unknown): ContextMeta {
  const docker = fieldOf(fieldOf(value, "Endpoints"), "docker");
  const [name, host] = [fieldOf(value, "Name"), fieldOf(docker, "Host") ?? undefined];
  if (typeof name !== "string" || (host !== undefined && typeof host !== "string")) throw new Error("not a context");
  return { name, ...(host !== undefined && { host }), skipTlsVerify: fieldOf(docker, "SkipTLSVerify") === true };
}

/** The existing contexts, `default` first, then sorted by name. */
export function contextNames(env: Environment): string[] {
  const root = join(configDirectory(env), "contexts", "meta");
  if (!existsSync(root)) return [DEFAULT_CONTEXT];
  const names = readdirSync(root).flatMap((directory) => {
    try {
      return readMeta(join(root, directory, "meta.json"))?.name ?? [];
    } catch {
      return []; // readContext() reports a malformed one
    }
  });
  return [DEFAULT_CONTEXT, ...names.sort()];
}

function contextTls(env: Environment, name: string, skipVerify: boolean): TlsMaterial | undefined {
  const directory = join(configDirectory(env), "contexts", "tls", directoryOf(name), "docker");
  if (!existsSync(directory)) return skipVerify ? { verify: false } : undefined;
  return readTlsFiles(directory, { verify: !skipVerify, required: false });
}

/**
 * The engine of a context.
 * @param source the setting that names it, for errors.
 * @throws DeploymentError `INVALID_REQUEST`: no such context (the hint lists the existing ones), or it is malformed.
 */
export function readContext(name: string, source: string, env: Environment): Endpoint {
  const meta = readMeta(join(configDirectory(env), "contexts", "meta", directoryOf(name), "meta.json"));
  if (meta === undefined) {
    throw new DeploymentError("INVALID_REQUEST", `The Docker context "${name}" (${source}) does not exist.`, {
      hint: `Use one of: ${contextNames(env).join(", ")}.`,
    });
  }
  if (!meta.host) {
    throw new DeploymentError("INVALID_REQUEST", `The Docker context "${name}" (${source}) has no Docker endpoint.`, {
      hint: "Create the context again with `docker context create`.",
    });
  }
  return parseHost(meta.host, `context "${name}"`, contextTls(env, name, meta.skipTlsVerify));
}
