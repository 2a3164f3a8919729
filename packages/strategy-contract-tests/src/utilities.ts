import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import type { DeployRequest } from "@openfactory/deploy-core";
import { test, type TestContext } from "vitest";

/**
 * A case for each item, with the item's title as its name. Vitest's `test.for` cuts titles to a length that its configuration
 * sets, and the names of cases must be the same everywhere.
 */
export function testEach<Item extends { readonly title: string }>(
  items: readonly Item[],
  run: (item: Item, context: TestContext) => Promise<void>,
): void {
  for (const item of items) test(item.title, (context) => run(item, context));
}

/** A request for a version of a service that the engine's state shows. */
export const withVersion = (request: DeployRequest, version: number): DeployRequest => ({
  ...request,
  env: [`VERSION=${version}`],
});

/** All items of an iteration. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A copy of an object without some of its keys. */
export const omit = <Value extends object>(value: Value, keys: readonly (keyof Value)[]): Value =>
  Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key as keyof Value))) as Value;

/** Freezes plain data deeply, so that a write to it throws. */
export const freeze = <Value>(value: Value): Value => {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
};

/** Below the ports that Linux assigns to connections (from 32768) and a swarm to services (from 30000). */
const PORTS = [20_000, 30_000] as const;

/** A TCP port of this machine that is free now, and that neither the system nor a swarm assigns to something else. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(...PORTS);
    if (await isFree(port)) return port;
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(false) : reject(error),
    );
    server.listen(port, () => server.close(() => resolve(true)));
  });
