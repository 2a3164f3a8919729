import { randomUUID } from "node:crypto";
import { type ContractImages, shellPrograms } from "@openfactory/strategy-contract-tests";
import { type RawEngine, type Registry, startRegistry, TEST_IMAGE } from "@openfactory/test-engine";
import { type SlowRegistry, startSlowRegistry } from "./slow-registry.js";

/** Images in a registry of the test's own, started when the first is asked for. */
export interface RegistryImages extends Required<Pick<ContractImages, "moving" | "slow">> {
  close(): Promise<void>;
}

/** @param address of this machine, as the engine sees it: the registry listens there. */
export function registryImages(engine: RawEngine, address: string): RegistryImages {
  let registry: Promise<Registry> | undefined;
  const made: string[] = [];
  const ways: SlowRegistry[] = [];

  /** An image on the engine that writes the line and runs on. */
  const writing = async (line: string): Promise<string> => {
    const [repo, tag] = [`contract-${randomUUID().slice(0, 8)}`, "1"];
    const command = JSON.stringify(shellPrograms.print([{ stream: "stdout", line }]));
    const { Id } = await engine.call("POST", "/containers/create", { Image: TEST_IMAGE });
    const changes = encodeURIComponent(`CMD ${command}`);
    // Podman 4 wants a body, and takes an empty one.
    const image = await engine.call("POST", `/commit?container=${Id}&repo=${repo}&tag=${tag}&changes=${changes}`, {});
    await engine.call("DELETE", `/containers/${Id}`);
    made.push(image.Id);
    return `${repo}:${tag}`;
  };

  return {
    async moving() {
      const { host, push } = await (registry ??= startRegistry({ address }));
      const [first, second] = [await writing("first"), await writing("second")];
      const [repo, tag] = [randomUUID().slice(0, 8), "1"];
      const reference = `${host}/${repo}:${tag}`;
      await push(engine, first, `${repo}:${tag}`);
      await engine.call("DELETE", `/images/${reference}`);
      return {
        reference,
        async move() {
          await push(engine, second, `${repo}:${tag}`);
          // Only the registry has the new one: to push it, the engine had to name it so too.
          await engine.call("POST", `/images/${first}/tag?repo=${host}/${repo}&tag=${tag}`);
        },
      };
    },
    async slow() {
      const { host, push } = await (registry ??= startRegistry({ address }));
      const way = await startSlowRegistry(host, address);
      ways.push(way);
      const [image, repo] = [await writing("slow"), randomUUID().slice(0, 8)];
      await push(engine, image, `${repo}:1`);
      // An engine that has an image, under whatever name, pulls none of it.
      await engine.call("DELETE", `/images/${made.at(-1)}?force=true`);
      return { reference: `${way.host}/${repo}:1`, asked: way.asked, letGo: way.letGo };
    },
    async close() {
      for (const way of ways) await way.close();
      // By id, with all the names that pushes and pulls gave it.
      for (const image of made) await engine.request("DELETE", `/images/${image}?force=true`);
      await (await registry)?.stop();
    },
  };
}
