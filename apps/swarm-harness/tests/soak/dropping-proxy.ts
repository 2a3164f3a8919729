import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A TCP proxy that can lose its connections. */
export interface DroppingProxy {
  /** As in `DOCKER_HOST`. */
  readonly host: string;
  /** Closes all connections, and accepts no new ones for this time. */
  drop(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** @param address host and port of an engine */
export async function startDroppingProxy(address: { host: string; port: number }): Promise<DroppingProxy> {
  const open = new Set<Socket>();
  let isDown = false;
  const server = createServer((client) => {
    if (isDown) return void client.resetAndDestroy();
    const engine = connect(address);
    for (const [socket, other] of [
      [client, engine],
      [engine, client],
    ] as const) {
      open.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        open.delete(socket);
        other.destroy();
      });
    }
    client.pipe(engine).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const dropAll = (): void => {
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    host: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async drop(ms) {
      isDown = true;
      dropAll();
      await sleep(ms);
      isDown = false;
    },
    async close() {
      dropAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
