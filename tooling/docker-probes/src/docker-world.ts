import { randomUUID } from "node:crypto";
import type { ContractTarget } from "@openfactory/strategy-contract-tests";
import { type RawEngine, TEST_ENTRYPOINT_IMAGE, TEST_IMAGE } from "@openfactory/test-engine";
import { registryImages } from "./registry-images.js";

/** What a target needs beside strategy and probes, made through the engine itself. */
export type World = Omit<ContractTarget, "strategy" | "probes" | "cleanup" | "close"> & { close(): Promise<void> };

export const TEST_LABELS = { "org.openfactory.deploy.test": "1" } as const;

/**
 * Networks, volumes, secrets and configs on one engine; all of them removed by `close`.
 * @param driver of networks.
 * @param registry the address of this machine, as the engine sees it; left out, there is no registry.
 */
export function dockerWorld(engine: RawEngine, driver: "bridge" | "overlay", registry?: string): World {
  const pulled = registry === undefined ? undefined : registryImages(engine, registry);
  const made: string[] = [];
  const unique = (): string => `contract-${randomUUID().slice(0, 8)}`;
  const make = async (kind: "secrets" | "configs", content: string): Promise<string> => {
    const name = unique();
    const { ID } = await engine.call("POST", `/${kind}/create`, {
      Name: name,
      Labels: TEST_LABELS,
      Data: Buffer.from(content).toString("base64"),
    });
    made.push(`/${kind}/${ID}`);
    return name;
  };
  const makeNetwork = async (part: { Internal?: boolean } = {}): Promise<string> => {
    const name = unique();
    const { Id } = await engine.call("POST", "/networks/create", {
      Name: name,
      Driver: driver,
      Labels: TEST_LABELS,
      ...part,
    });
    made.push(`/networks/${Id}`);
    return name;
  };
  return {
    images: {
      plain: TEST_IMAGE,
      withEntrypoint: TEST_ENTRYPOINT_IMAGE,
      missing: "openfactory/no-such-image:1",
      ...(pulled && { moving: pulled.moving, slow: pulled.slow }),
    },
    labels: TEST_LABELS,
    network: () => makeNetwork(),
    ...(driver === "bridge" && { internalNetwork: () => makeNetwork({ Internal: true }) }),
    async volume() {
      const name = unique();
      made.push(`/volumes/${name}?force=true`);
      return name;
    },
    secret: (content) => make("secrets", content),
    config: (content) => make("configs", content),
    async close() {
      for (const path of made.toReversed()) await removed(engine, path);
      await pulled?.close();
    },
  };
}

/** What a service has only just let go of can be in use for a moment longer. */
async function removed(engine: RawEngine, path: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const { status, body } = await engine.request("DELETE", path);
    if (status < 400 || status === 404) return;
    if (attempt === 50) throw new Error(`${path} can't be removed: ${body.message}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
