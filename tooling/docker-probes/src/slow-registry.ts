import * as http from "node:http";
import type { AddressInfo } from "node:net";

/** A way to a registry that holds back what images consist of. */
export interface SlowRegistry {
  /** As it stands before an image's name. */
  host: string;
  /** Resolves at the first request that is held back. */
  asked: Promise<void>;
  letGo(): void;
  close(): Promise<void>;
}

/** @param registry host and port. @param address of this machine, as the engine sees it. */
export async function startSlowRegistry(registry: string, address: string): Promise<SlowRegistry> {
  const { promise: asked, resolve: tellAsked } = Promise.withResolvers<void>();
  const { promise: free, resolve: letGo } = Promise.withResolvers<void>();
  const [hostname, port] = registry.split(":");
  const server = http.createServer((request, response) => {
    void (async () => {
      const { method, url: path = "", headers } = request;
      if (path.includes("/blobs/")) {
        tellAsked();
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
    asked,
    letGo,
    async close() {
      letGo();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
