import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { onTestFinished } from "vitest";
import type { TestCertificates } from "./test-certificates.js";

async function listen(server: Server, sockets: Set<Socket>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

function forwardTo(path: string, sockets: Set<Socket>): (client: Socket) => void {
  return (client) => {
    const engine = connect(path);
    for (const [from, to] of [[client, engine] as const, [engine, client] as const]) {
      sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
      from.pipe(to);
    }
  };
}

/** A TCP port in front of a Unix socket, stopped when the test has finished. */
export function tcpProxy(path: string): Promise<number> {
  const sockets = new Set<Socket>();
  return listen(createServer(forwardTo(path, sockets)), sockets);
}

/** The same with TLS, for clients with a certificate of the same authority only. */
export function tlsProxy(path: string, { ca, server }: TestCertificates): Promise<number> {
  const sockets = new Set<Socket>();
  const options = { ...server, ca, requestCert: true, rejectUnauthorized: true };
  const forward = forwardTo(path, sockets);
  return listen(
    createTlsServer(options, (client: TLSSocket) => forward(client)),
    sockets,
  );
}
