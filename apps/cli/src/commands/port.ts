import { DeploymentError, type PublishedPort } from "@openfactory/deploy-core";
import type { PsRow } from "@openfactory/deployer";
import { UsageError } from "../errors.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";
import { writeJson, writeResult } from "../output/json-lines.js";
import { openStrategy } from "../platforms.js";
import { loadProject } from "../project.js";
import { listApps } from "./list-apps.js";

export interface PortCommandOptions {
  app: string;
  /** `8080` or `8080/udp`. Default: all ports of the app. */
  port?: string;
}

/** Prints the address on the host of a port of an app, or of all its ports. */
export async function portCommand({ io, options }: CommandContext<PortCommandOptions>): Promise<ExitCode> {
  const wanted = options.port === undefined ? undefined : parsePort(options.port);
  const desired = await loadProject(options, io, undefined, "local");
  const strategy = await openStrategy(options, io);
  try {
    const { listed } = await listApps(strategy, desired, [options.app]);
    const published = listed.flatMap((row) =>
      (row.status?.ports ?? []).filter((port) => port.published !== undefined).map((port) => ({ row, port })),
    );
    const found = published.filter(({ port }) => wanted === undefined || `${port.target}/${port.protocol}` === wanted);
    if (found.length === 0) {
      throw notPublished(
        options.app,
        wanted,
        listed,
        published.map(({ port }) => port),
      );
    }
    for (const { row, port } of found) {
      const { target, protocol } = port;
      if (options.json) writeJson(io.stdout, "port", { app: row.app, service: row.service, ...port });
      else io.stdout.write(`${wanted === undefined ? `${target}/${protocol} -> ` : ""}${addressOf(port)}\n`);
    }
    if (options.json) writeResult(io, { command: "port", ok: true, exitCode: EXIT.ok });
    return EXIT.ok;
  } finally {
    await strategy.close();
  }
}

/** @throws UsageError */
function parsePort(text: string): string {
  const [, port, protocol = "tcp"] = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/.exec(text) ?? [];
  if (port === undefined) throw new UsageError(`Invalid port "${text}".`, "Write a port such as 8080 or 8080/udp.");
  return `${Number(port)}/${protocol}`;
}

/** As the docker command prints it: without an address, a port is published on all of them. */
const addressOf = ({ hostAddress = "0.0.0.0", published }: PublishedPort): string =>
  `${hostAddress.includes(":") ? `[${hostAddress}]` : hostAddress}:${published}`;

function notPublished(
  app: string,
  wanted: string | undefined,
  listed: readonly PsRow[],
  published: readonly PublishedPort[],
): DeploymentError {
  if (listed.every(({ status }) => status === undefined)) {
    return new DeploymentError("NOT_FOUND", `The app ${app} is not deployed.`, {
      hint: "Run `ofdeploy up` first, or `ofdeploy ps` to list the deployed apps.",
    });
  }
  const all = published.map(({ target, protocol }) => `${target}/${protocol}`).join(", ");
  return new DeploymentError(
    "NOT_FOUND",
    wanted === undefined ? `The app ${app} publishes no port.` : `The app ${app} does not publish port ${wanted}.`,
    { hint: all === "" ? "Write ports or routing in its file." : `Published ports: ${all}.` },
  );
}
