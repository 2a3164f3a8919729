import type { AppEntry } from "../schema/app.js";
import { mountPoint } from "./storage.js";

type Storage = NonNullable<AppEntry["storage"]>[string];

/**
 * The variable `STORAGE`: an app's storage by name, as OpenFactory's application framework reads it. The framework stops
 * the app at a key that it does not know, so only its own keys are here, in its order. It opens local storage at
 * `local_path` inside the container: there, that is the mount point. A Docker volume, which the framework does not know,
 * is such a local directory too. JSON, spaced and escaped as Python writes it.
 */
export const storageVariable = (storage: Readonly<Record<string, Storage>>): string =>
  pythonJson(Object.fromEntries(Object.entries(storage).map(([name, each]) => [name, backend(each)])));

function backend(storage: Storage): object {
  const target = mountPoint(storage.mount_point);
  if (storage.type !== "nfs") return { type: "local", local_path: target, mount_point: target };
  const { server, remote_path, mount_options } = storage;
  return {
    type: "nfs",
    server: server.includes(":") && !server.startsWith("[") ? `[${server}]` : server,
    remote_path,
    mount_point: target,
    ...(mount_options == null ? {} : { mount_options }),
  };
}

function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value !== "object" || value === null) return ascii(JSON.stringify(value));
  const pairs = Object.entries(value).map(([key, part]) => `${pythonJson(key)}: ${pythonJson(part)}`);
  return `{${pairs.join(", ")}}`;
}

const ascii = (json: string): string =>
  json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
