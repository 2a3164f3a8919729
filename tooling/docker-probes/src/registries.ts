import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ContractImages, shellPrograms } from "@openfactory/strategy-contract-tests";
import { type RawEngine, type Registry, startRegistry, TEST_IMAGE } from "@openfactory/test-engine";

/** Images in a registry of the test, which starts with the first image. */
export interface RegistryImages extends Required<Pick<ContractImages, "moving" | "slow">> {
  close(): Promise<void>;
}

/** @param address the address of this machine as the engine sees it, at which the registry listens. */
export function registryImages(engine: RawEngine, address: string): RegistryImages {
  let registry: Promise<Registry> | undefined;
  const created: string[] = [];
  const slowRegistries: SlowRegistry[] = [];

  /** Creates an image on the engine that writes the line and keeps running. */
  const createImage = async (line: string): Promise<string> => {
    const [repo, tag] = [`contract-${randomUUID().slice(0, 8)}`, "1"];
    const command = JSON.stringify(shellPrograms.print([{ stream: "stdout", line }]));
    const { Id } = await engine.call("POST", "/containers/create", { Image: TEST_IMAGE });
    const changes = encodeURIComponent(`CMD ${command}`);
    // Podman 4 requires a body, which may be empty.
    const image = await engine.call("POST", `/commit?container=${Id}&repo=${repo}&tag=${tag}&changes=${changes}`, {});
    await engine.call("DELETE", `/containers/${Id}`);
    created.push(image.Id);
    return `${repo}:${tag}`;
  };

  return {
    async moving() {
      const { host, push } = await (registry ??= startRegistry({ address }));
      const [first, second] = [await createImage("first"), await createImage("second")];
      const [repo, tag] = [randomUUID().slice(0, 8), "1"];
      const reference = `${host}/${repo}:${tag}`;
      await push(engine, first, `${repo}:${tag}`);
      await engine.call("DELETE", `/images/${reference}`);
      return {
        reference,
        async move() {
          await push(engine, second, `${repo}:${tag}`);
          // Only the registry has the new image under this name: the push named it so on the engine too.
          await engine.call("POST", `/images/${first}/tag?repo=${host}/${repo}&tag=${tag}`);
        },
      };
    },
    async slow() {
      const { host, push } = await (registry ??= startRegistry({ address }));
      const slowRegistry = await startSlowRegistry(host, address);
      slowRegistries.push(slowRegistry);
      const [image, repo] = [await createImage("slow"), randomUUID().slice(0, 8)];
      await push(engine, image, `${repo}:1`);
      // An engine does not pull an image that it has under any name.
      await engine.call("DELETE", `/images/${created.at(-1)}?force=true`);
      return {
        reference: `${slowRegistry.host}/${repo}:1`,
        requested: slowRegistry.requested,
        release: slowRegistry.release,
      };
    },
    async close() {
      for (const slowRegistry of slowRegistries) await slowRegistry.close();
      // By id, with all the names of pushes and pulls.
      for (const image of created) await engine.request("DELETE", `/images/${image}?force=true`);
      await (await registry)?.stop();
    },
  };
}

/** A proxy of a registry that delays the layers of images. */
interface SlowRegistry {
  /** The registry part of an image reference. */
  host: string;
  /** Resolves at the first delayed request. */
  requested: Promise<void>;
  release(): void;
  close(): Promise<void>;
}

/** @param registry host and port. @param address the address of this machine as the engine sees it. */
async function startSlowRegistry(registry: string, address: string): Promise<SlowRegistry> {
  const { promise: requested, resolve: resolveRequested } = Promise.withResolvers<void>();
  const { promise: free, resolve: release } = Promise.withResolvers<void>();
  const [hostname, port] = registry.split(":");
  const server = http.createServer((request, response) => {
    void (async () => {
      const { method, url: path = "", headers } = request;
      if (path.includes("/blobs/")) {
        resolveRequested();
        await free;
      }
      const onward = http.request({ hostname, port, method, path, headers, agent: false }, (from) => {
        response.writeHead(from.statusCode ?? 502, from.headers);
        from.pipe(response);
      });
      onward.on("error", () => response.destroy());
      onward.end();
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    host: `${address}:${(server.address() as AddressInfo).port}`,
    requested,
    release,
    async close() {
      release();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A user who has credentials for Docker Hub. */
export interface Login {
  readonly env: { readonly DOCKER_CONFIG: string };
  /** Removes the files. */
  end(): void;
}

/**
 * Credentials for Docker Hub, so that services store some. They are invalid: Docker Hub rejects them, and an engine runs the
 * images that it has.
 */
export function logIn(): Login {
  const DOCKER_CONFIG = mkdtempSync(join(tmpdir(), "openfactory-login-"));
  const auths = { "https://index.docker.io/v1/": { username: "invalid", password: "none" } };
  writeFileSync(join(DOCKER_CONFIG, "config.json"), JSON.stringify({ auths }));
  return { env: { DOCKER_CONFIG }, end: () => rmSync(DOCKER_CONFIG, { recursive: true, force: true }) };
}
