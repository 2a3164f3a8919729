import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A Docker Engine that only lists containers: those of deployed services. */
export class ListingEngine {
  readonly #folder = mkdtempSync(join(tmpdir(), "ofdeploy-engine-"));
  readonly #server: Server;
  /** For `DOCKER_HOST`. */
  readonly host = `unix://${join(this.#folder, "docker.sock")}`;
  /** Whether it accepts connections, but does not answer. */
  isHanging = false;

  /** @param services by name: the project, and the app that the service is. */
  constructor(services: Readonly<Record<string, { project: string; app: string }>>) {
    const containers = Object.entries(services).map(([name, labels], index) => ({
      Id: String(index + 1).padStart(64, "a"),
      Names: [`/${name}`],
      Image: "demo:1",
      ImageID: `sha256:${"b".repeat(64)}`,
      Created: 1,
      Ports: [{ PrivatePort: 8080, PublicPort: 18080, Type: "tcp", IP: "0.0.0.0" }],
      Labels: {
        ...Object.fromEntries(Object.entries(labels).map(([key, value]) => [`org.openfactory.deploy.${key}`, value])),
        "org.openfactory.deploy.file": "openfactory.yml",
        "com.example.token": SECRET,
      },
      State: "running",
      Status: "Up 2 hours",
    }));
    this.#server = createServer((request, response) => {
      if (this.isHanging) return;
      response.setHeader("api-version", "1.47");
      if (request.url?.includes("/_ping")) response.end("OK");
      else response.setHeader("content-type", "application/json").end(JSON.stringify(containers));
    });
  }

  start(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(this.host.replace("unix://", ""), resolve));
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A value that no output may contain. */
export const SECRET = "hunter2-Sup3rS3cret";
