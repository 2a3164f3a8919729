import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { type CommandRun, type RunningCommand, startCommand } from "../soak/command-run.js";

export interface AppOptions {
  version: number;
  /** Lines of each app, such as `deploy: { replicas: 2 }`. */
  lines?: readonly string[];
  names?: readonly string[];
}

export interface StartOptions {
  /** Options of the platform in place of those of the folder. */
  options?: readonly string[];
  /** Additional variables. */
  env?: Readonly<Record<string, string>>;
}

/** Longer than the time limits of any of the commands and of its revert: one that takes longer hangs. */
const LIMIT_MS = 600_000;

/** A directory with an app file, in which the bundled command runs. */
export class AppFolder {
  readonly folder = mkdtempSync(join(tmpdir(), "ofdeploy-outage-"));
  readonly project: string;
  readonly #options: () => readonly string[];

  /** @param options of the platform: `--platform swarm --host ...` */
  constructor(project: string, options: () => readonly string[]) {
    this.project = project;
    this.#options = options;
  }

  /** Apps that run for ever, each after the one before it. Their services are `<project>-<name>`. */
  write({ version, lines = [], names = ["a", "b", "c", "d"] }: AppOptions): this {
    const apps = names.flatMap((name, index) => [
      `  ${name}:`,
      `    uuid: ${this.project}-${name}`,
      `    image: ${TEST_IMAGE}`,
      `    command: sh -c "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done"`,
      `    environment: ["VERSION=${version}"]`,
      '    labels: ["org.openfactory.deploy.test=1"]',
      "    restart: always",
      ...(index === 0 ? [] : [`    depends_on: [${names[index - 1]}]`]),
      ...lines.map((line) => `    ${line}`),
    ]);
    writeFileSync(join(this.folder, "openfactory.yml"), [`name: ${this.project}`, "apps:", ...apps, ""].join("\n"));
    return this;
  }

  /** Many apps that do not depend on each other. The first ones have one replica, the others none. */
  writeCrowd(count: number, running: number): this {
    const apps = Array.from({ length: count }, (_, index) => [
      `  app${index}:`,
      `    uuid: ${this.project}-${index}`,
      `    image: ${TEST_IMAGE}`,
      "    command: sleep 3600",
      "    stop_grace_period: 0s",
      `    deploy: { replicas: ${index < running ? 1 : 0} }`,
    ]);
    writeFileSync(
      join(this.folder, "openfactory.yml"),
      [`name: ${this.project}`, "apps:", ...apps.flat(), ""].join("\n"),
    );
    return this;
  }

  start(words: readonly string[], { options = this.#options(), env }: StartOptions = {}): RunningCommand {
    return startCommand([...words, ...options], { cwd: this.folder, limitMs: LIMIT_MS, env });
  }

  run(words: readonly string[], options?: StartOptions): Promise<CommandRun> {
    return this.start(words, options).ended;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
