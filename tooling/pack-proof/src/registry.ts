import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import type { Tarball } from "./pack.js";

/** An npm registry with the tarballs only, so that they can be installed as if they were published. */
export interface Registry {
  /** With a random path, so that npm's cache has no entries of an earlier registry. */
  url: string;
  /** Requested names that are not among the tarballs. */
  missing: Set<string>;
  close(): Promise<void>;
}

export async function serve(tarballs: readonly Tarball[]): Promise<Registry> {
  const base = `/${randomBytes(8).toString("hex")}/`;
  const missing = new Set<string>();
  const packument = ({ manifest, file, integrity }: Tarball) => ({
    name: manifest.name,
    "dist-tags": { latest: manifest.version },
    versions: {
      [manifest.version]: {
        ...manifest,
        dist: { tarball: `${address()}tarballs/${basename(file)}`, integrity },
      },
    },
  });

  const answer = async (path: string, response: ServerResponse): Promise<void> => {
    const named = tarballs.find(({ manifest }) => path === `${base}${manifest.name}`);
    if (named !== undefined) {
      response.setHeader("content-type", "application/json").end(JSON.stringify(packument(named)));
      return;
    }
    const tarball = tarballs.find(({ file }) => path === `${base}tarballs/${basename(file)}`);
    if (tarball !== undefined) {
      response.end(await readFile(tarball.file));
      return;
    }
    missing.add(path.replace(base, ""));
    response.writeHead(404).end("{}");
  };

  const server = createServer((request, response) => {
    answer(decodeURIComponent(request.url ?? ""), response).catch(() => response.writeHead(500).end("{}"));
  });
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: address(),
    missing,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
