import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { expect } from "vitest";
import type { ProcessResult } from "./spawn-ofdeploy.js";

/** A platform on which the file of {@link checkFiles} is deployed. */
export interface FilesPlatform {
  /** Runs a command on `openfactory.yml` of the folder. */
  run(env: Record<string, string>, command: string, ...words: string[]): Promise<ProcessResult>;
  folder: string;
  project: string;
  /** Lines of the app for this platform. */
  more?: string;
  /** The names of everything on the engine that belongs to the project. */
  leftovers(): Promise<string[]>;
}

/** Prints each file with its owner and mode, and whether it can be written. */
const SCRIPT = [
  "for file in /etc/reader/certificate.bin /run/secrets/token /settings; do",
  "set -- $(ls -ln $file)",
  '&& echo "$1 $3:$4 $(md5sum $file)"; (echo x > $file) 2>/dev/null && echo writable; done;',
  "echo ready; trap 'exit 0' TERM; while :; do sleep 1 & wait; done",
].join(" ");

const fileOf = (project: string, more: string): string => `name: ${project}
secrets:
  certificate: {file: certificate.bin}
  token: {environment: TOKEN}
configs:
  settings: {content: "level=\${LEVEL}"}
networks:
  back: {internal: true}
apps:
  reader:
    uuid: ${project}-reader
    image: ${TEST_IMAGE}
    command: ["sh", "-c", ${JSON.stringify(SCRIPT)}]
    labels: ["org.openfactory.deploy.test=1"]
    stop_grace_period: 1s
    read_only: true
    networks: [back]
    secrets:
      - {source: certificate, target: /etc/reader/certificate.bin, uid: "1000", gid: "1001", mode: 0440}
      - token
    configs: [settings]
${more}`;

const md5 = (content: Uint8Array | string): string => createHash("md5").update(content).digest("hex");

/**
 * The same file, with a file secret, a secret of the environment and a config, has the same result on every platform: the
 * process reads every byte, and can't write; changed content is a new resource; a rollback finds the previous one; and `down`
 * leaves nothing.
 */
export async function checkFiles({ run, folder, project, more = "", leftovers }: FilesPlatform): Promise<void> {
  const contents = (version: number) => ({
    certificate: Buffer.from([...Array.from({ length: 256 }, (_, byte) => byte), version]),
    token: `hunter-${version}`,
    level: `debug${version}`,
  });
  const outputs: string[] = [];
  const ofdeploy = async (version: number, command: string, ...words: string[]): Promise<ProcessResult> => {
    const { certificate, token, level } = contents(version);
    await writeFile(join(folder, "certificate.bin"), certificate);
    const result = await run({ TOKEN: token, LEVEL: level }, command, ...words);
    outputs.push(result.stdout, result.stderr);
    return result;
  };
  const expectRead = async (version: number): Promise<void> => {
    const { certificate, token, level } = contents(version);
    const lines = [
      `-r--r----- 1000:1001 ${md5(certificate)}  /etc/reader/certificate.bin`,
      `-r--r--r-- 0:0 ${md5(token)}  /run/secrets/token`,
      `-r--r--r-- 0:0 ${md5(`level=${level}`)}  /settings`,
      "ready",
    ];
    const expected = lines.map((line) => `reader | ${line}\n`).join("");
    // A swarm returns the last lines of each task, also of those that it has replaced.
    const written = async () => (await ofdeploy(version, "logs", "reader", "--tail", "4")).stdout;
    await expect.poll(async () => (await written()).slice(-expected.length), { interval: 300 }).toBe(expected);
  };

  await writeFile(join(folder, "openfactory.yml"), fileOf(project, more));
  const first = await ofdeploy(1, "up");
  expect(first, first.stderr).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      new RegExp(
        `^created: network ${project}_back, secret ${project}_certificate_\\w+, secret ${project}_token_\\w+, config ${project}_settings_\\w+$`,
        "m",
      ),
    ),
  });
  expect(first.stderr).not.toContain("warning");
  await expectRead(1);
  const unchanged = await ofdeploy(1, "plan");
  expect(unchanged, unchanged.stdout).toMatchObject({ code: 0 });

  const second = await ofdeploy(2, "up");
  expect(second, second.stderr).toMatchObject({ code: 0, stdout: expect.stringMatching(/reader +updated/) });
  await expectRead(2);
  const back = await ofdeploy(2, "rollback");
  expect(back, back.stderr).toMatchObject({ code: 0 });
  await expectRead(1);
  const down = await ofdeploy(1, "down");
  expect(down, down.stderr).toMatchObject({ code: 0 });
  expect(await leftovers()).toEqual([]);
  expect(outputs.join("")).not.toMatch(/hunter|debug\d/);
}
