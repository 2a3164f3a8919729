import { EXIT, type ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";
import { shortenDigest } from "../output/format.js";
import { writeJson, writeResult } from "../output/json-lines.js";
import { type Column, table } from "../output/table.js";
import { openStrategy } from "../platforms.js";
import { loadProject } from "../project.js";
import { listApps } from "./list-apps.js";

interface AppImage {
  app: string;
  service: string;
  /** Of the deployed service, else of the file. */
  image: string;
  deployed: boolean;
}

/** Lists the image of each app: the deployed one, else the one of the file. */
export async function imagesCommand({ io, options }: CommandContext<{ apps?: string[] }>): Promise<ExitCode> {
  const desired = await loadProject(options, io, undefined, "local");
  const strategy = await openStrategy(options, io);
  try {
    const { listed } = await listApps(strategy, desired, options.apps);
    const inFile = new Map(desired.apps.map(({ service, request }) => [service, request.image]));
    const images = listed.map(({ app, service, status }): AppImage => ({
      app,
      service,
      image: status?.image ?? inFile.get(service) ?? "",
      deployed: status !== undefined,
    }));
    if (options.json) {
      for (const image of images) writeJson(io.stdout, "image", image);
      writeResult(io, { command: "images", ok: true, exitCode: EXIT.ok, project: desired.project });
    } else if (options.quiet) {
      for (const image of new Set(images.map((each) => each.image))) io.stdout.write(`${image}\n`);
    } else if (images.length === 0) {
      io.stdout.write(`${desired.project}: nothing is deployed\n`);
    } else {
      io.stdout.write(table(columns, images, io.stdout.isTTY ? io.stdout.columns : undefined));
    }
    return EXIT.ok;
  } finally {
    await strategy.close();
  }
}

const columns: readonly Column<AppImage>[] = [
  { title: "APP", cell: ({ app }) => app },
  { title: "IMAGE", cell: ({ image }) => shortenDigest(image) },
  { title: "STATE", cell: ({ deployed }) => (deployed ? "deployed" : "not deployed"), dropRank: 1 },
];
