import { randomUUID } from "node:crypto";
import type { ContractTarget } from "@openfactory/strategy-contract-tests";
import { type RawEngine, TEST_ENTRYPOINT_IMAGE, TEST_IMAGE } from "@openfactory/test-engine";
import { registryImages } from "./registries.js";

/** The parts of a target that the engine itself creates. */
export type EngineResources = Omit<ContractTarget, "strategy" | "probes" | "cleanup" | "close"> & {
  close(): Promise<void>;
};

export const TEST_LABELS = { "org.openfactory.deploy.test": "1" } as const;

/**
 * Networks, volumes, secrets and configs on one engine. `close` removes all of them.
 * @param driver the driver of networks.
 * @param registry the address of this machine, as the engine sees it. Default: no registry.
 */
export function engineResources(engine: RawEngine, driver: "bridge" | "overlay", registry?: string): EngineResources {
  const pulled = registry === undefined ? undefined : registryImages(engine, registry);
  const created: string[] = [];
  const unique = (): string => `contract-${randomUUID().slice(0, 8)}`;
  const createFile = async (kind: "secrets" | "configs", content: string): Promise<string> => {
    const name = unique();
    const { ID } = await engine.call("POST", `/${kind}/create`, {
      Name: name,
      Labels: TEST_LABELS,
      Data: Buffer.from(content).toString("base64"),
    });
    created.push(`/${kind}/${ID}`);
    return name;
  };
  const createNetwork = async (part: { Internal?: boolean } = {}): Promise<string> => {
    const name = unique();
    const { Id } = await engine.call("POST", "/networks/create", {
      Name: name,
      Driver: driver,
      Labels: TEST_LABELS,
      ...part,
    });
    created.push(`/networks/${Id}`);
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
    network: () => createNetwork(),
    ...(driver === "bridge" && { internalNetwork: () => createNetwork({ Internal: true }) }),
    async volume() {
      const name = unique();
      created.push(`/volumes/${name}?force=true`);
      return name;
    },
    secret: (content) => createFile("secrets", content),
    config: (content) => createFile("configs", content),
    async close() {
      for (const path of created.toReversed()) await remove(engine, path);
      await pulled?.close();
    },
  };
}

/** Deletes a resource. It can be in use for a moment after the removal of its service. */
async function remove(engine: RawEngine, path: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const { status, body } = await engine.request("DELETE", path);
    if (status < 400 || status === 404) return;
    if (attempt === 50) throw new Error(`could not remove ${path}: ${body.message}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
