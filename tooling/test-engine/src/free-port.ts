import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below the ports that Linux assigns to connections (from 32768) and a swarm to services (from 30000). */
const PORTS = [20_000, 30_000] as const;

/**
 * A TCP port that is free now, and that neither the system nor a swarm assigns to something else before it is used.
 * @param address of this machine. Default: all.
 */
export async function freePort(address?: string): Promise<number> {
  for (;;) {
    const port = randomInt(...PORTS);
    if (await isFree(port, address)) return port;
  }
}

const isFree = (port: number, address: string | undefined): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(false) : reject(error),
    );
    server.listen(port, address, () => server.close(() => resolve(true)));
  });
