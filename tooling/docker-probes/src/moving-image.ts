import { randomUUID } from "node:crypto";
import { type ContractImages, shellPrograms } from "@openfactory/strategy-contract-tests";
import { type RawEngine, type Registry, startRegistry, TEST_IMAGE } from "@openfactory/test-engine";

/** Images in a registry of the test's own, started when the first is asked for. */
export interface MovingImages {
  moving: NonNullable<ContractImages["moving"]>;
  close(): Promise<void>;
}

/** @param address of this machine, as the engine sees it: the registry listens there. */
export function movingImages(engine: RawEngine, address: string): MovingImages {
  let registry: Promise<Registry> | undefined;
  const made: string[] = [];

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
    async close() {
      // By id, with all the names that pushes and pulls gave it.
      for (const image of made) await engine.request("DELETE", `/images/${image}?force=true`);
      await (await registry)?.stop();
    },
  };
}
