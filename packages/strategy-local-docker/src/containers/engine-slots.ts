import { limit } from "@openfactory/deploy-core";
import { perEngine } from "@openfactory/docker-engine";

/** By measurement (`npm run bench -- --only concurrency`), an engine starts containers no faster with more than 2 at a time. */
const SLOTS = 8;

/**
 * Limits the calls that cost the engine much: those that create, start and remove containers. Any number of services can be
 * changed at the same time, since a service holds no slot while it waits until a process is ready or has exited.
 */
export const engineSlots = perEngine(() => limit(SLOTS));
