import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { expect } from "vitest";
import { callOfdeploy } from "./call-ofdeploy.js";
import type { ProcessResult } from "./spawn-ofdeploy.js";

/** A directory with app files, for which the command runs. */
export class AppFiles {
  readonly id = `own-${randomBytes(3).toString("hex")}`;
  readonly folder = mkdtempSync(join(tmpdir(), "ofdeploy-own-"));
  readonly #options: readonly string[];

  constructor(options: readonly string[]) {
    this.#options = options;
  }

  /** @param apps the version of each app, which becomes its variable VERSION. */
  write(
    file: string,
    apps: Readonly<Record<string, number>>,
    { name, network = false }: { name?: string; network?: boolean } = {},
  ): this {
    const path = join(this.folder, file);
    mkdirSync(dirname(path), { recursive: true });
    const entries = Object.entries(apps).flatMap(([key, version]) => [
      `  ${key}:`,
      `    uuid: ${this.id}-${key}`,
      `    image: ${TEST_IMAGE}`,
      `    command: ["sh", "-c", "echo ${key} is up; trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"]`,
      `    environment: ["VERSION=${version}"]`,
      '    labels: ["org.openfactory.deploy.test=1"]',
      "    stop_grace_period: 2s",
      ...(network ? ["    networks: [back]"] : []),
    ]);
    const declared = network ? ["networks:", "  back:", '    labels: ["org.openfactory.deploy.test=1"]'] : [];
    writeFileSync(
      path,
      [...(name === undefined ? [] : [`name: ${name}`]), "apps:", ...entries, ...declared, ""].join("\n"),
    );
    return this;
  }

  run(file: string, ...words: string[]): Promise<ProcessResult> {
    return callOfdeploy([...words, "--file", join(this.folder, file), ...this.#options]);
  }

  /** Runs the command and expects the exit code 0. */
  async ok(file: string, ...words: string[]): Promise<ProcessResult> {
    const ran = await this.run(file, ...words);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    return ran;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
