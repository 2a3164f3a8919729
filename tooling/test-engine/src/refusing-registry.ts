import * as http from "node:http";
import type { AddressInfo } from "node:net";

/** A registry that answers every request with one status, as one with too many requests or under maintenance does. */
export interface RefusingRegistry {
  /** As it stands before an image's name. */
  readonly host: string;
  stop(): Promise<void>;
}

/** How Docker Hub says it (Docker, "Docker Hub pull usage and limits"). */
const TOO_MANY = {
  code: "TOOMANYREQUESTS",
  message: "You have reached your pull rate limit. You may increase the limit by authenticating.",
};

/** @param address of this machine, as the engine sees it; default 127.0.0.1. */
export async function startRefusingRegistry(status: 429 | 503, address = "127.0.0.1"): Promise<RefusingRegistry> {
  const server = http.createServer((_, response) => {
    response.writeHead(status, { "content-type": status === 429 ? "application/json" : "text/html" });
    response.end(
      status === 429 ? JSON.stringify({ errors: [TOO_MANY] }) : "<html>Service Temporarily Unavailable</html>",
    );
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    host: `${address}:${(server.address() as AddressInfo).port}`,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
