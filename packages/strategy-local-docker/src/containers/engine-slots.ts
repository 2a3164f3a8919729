import { limit, type OperationOptions, throwIfAborted } from "@openfactory/deploy-core";
import { type DockerEngine, perEngine } from "@openfactory/docker-engine";
import { forgetStart, recordStart } from "./in-state-since.js";

/** By measurement (`npm run bench -- --only concurrency`), an engine starts containers no faster with more than 2 at a time. */
const SLOTS = 8;

/**
 * Limits the calls that cost the engine much: those that create, start and remove containers. Any number of services can be
 * changed at the same time, since a service holds no slot while it waits until a process is ready or has exited.
 */
const slots = perEngine(() => limit(SLOTS));

type Containers = DockerEngine["containers"];

/** Creates a container, unless the signal fires before a slot is free. */
export const createInSlot = (
  engine: DockerEngine,
  name: string,
  body: Parameters<Containers["create"]>[1],
  { signal, service }: Pick<OperationOptions, "signal"> & { service: string },
): ReturnType<Containers["create"]> =>
  slots(engine)(() => {
    throwIfAborted(signal, { service });
    return engine.containers.create(name, body);
  });

export const startInSlot = (
  engine: DockerEngine,
  ...[id, ...options]: Parameters<Containers["start"]>
): ReturnType<Containers["start"]> =>
  slots(engine)(async () => {
    await engine.containers.start(id, ...options);
    recordStart(engine, id);
  });

export const removeInSlot = (
  engine: DockerEngine,
  ...[id, ...options]: Parameters<Containers["remove"]>
): ReturnType<Containers["remove"]> =>
  slots(engine)(async () => {
    await engine.containers.remove(id, ...options);
    forgetStart(engine, id);
  });
