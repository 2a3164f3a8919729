import { randomBytes } from "node:crypto";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { expect } from "vitest";
import { callOfdeploy } from "./call-ofdeploy.js";
import type { TestPlatform } from "./test-platforms.js";

const LABEL = 'labels: ["org.openfactory.deploy.test=1"]';

/** `web` waits until it finds `db`, by the key of the service and by an alias, on the project's default network. */
const composeFile = (name: string): string => `name: ${name}
services:
  web:
    image: ${TEST_IMAGE}
    entrypoint: ["sh", "-c"]
    command:
      - |
        until nslookup db && nslookup store; do sleep 0.2; done > /dev/null 2>&1
        touch /found
        trap 'exit 0' TERM
        while :; do sleep 1 & wait $$!; done
    environment: {PRICE: "$$5", LEVEL: "\${LEVEL:-info}"}
    ${LABEL}
    healthcheck: {test: [CMD, test, -f, /found], interval: 1s, timeout: 2s, retries: 30}
    depends_on: [db]
    stop_grace_period: 2s
    restart: unless-stopped
    platform: linux/amd64
  db:
    image: ${TEST_IMAGE}
    command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1 & wait $$!; done"]
    ${LABEL}
    networks: {default: {aliases: [store]}}
    stop_grace_period: 2s
    restart: always
  debug:
    image: ${TEST_IMAGE}
    profiles: [debug]
networks:
  default: {${LABEL}}
`;

/**
 * Deploys a Compose file, converts it to an app file and back, and expects that none of the files changes a service.
 */
export async function checkComposeProject({ options, running }: TestPlatform): Promise<void> {
  const name = `comp-${randomBytes(3).toString("hex")}`;
  const folder = mkdtempSync(join(tmpdir(), "ofdeploy-compose-"));
  const path = (file: string): string => join(folder, file);
  const run = (file: string, ...words: string[]) => callOfdeploy([...words, "-f", path(file), ...options]);
  const ok = async (file: string, ...words: string[]) => {
    const ran = await run(file, ...words);
    expect(ran, `${words.join(" ")}: ${ran.stdout}${ran.stderr}`).toMatchObject({ code: 0 });
    return ran;
  };
  writeFileSync(path("compose.yaml"), composeFile(name));
  try {
    expect(await run("compose.yaml", "up", "--strict")).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("compose.yaml:18:5: services.web.platform"),
    });
    const up = await ok("compose.yaml", "up");
    expect(up.stderr).toContain("services.web.platform: The platform of an image is that of the engine.");
    expect(up.stderr).toContain("debug: The service is not deployed");
    const before = await running(name);
    expect(Object.keys(before)).toEqual([`${name}-db`, `${name}-web`]);
    await ok("compose.yaml", "plan");

    // The converted file takes the place of the other one: the name of a file is a part of the owner.
    for (const converted of ["openfactory.yml", "again.yaml"]) {
      await ok("compose.yaml", "convert", "-o", path(converted));
      copyFileSync(path(converted), path("compose.yaml"));
      const plan = await run("compose.yaml", "plan");
      expect(plan, plan.stdout).toMatchObject({ code: 0, stdout: expect.stringContaining("unchanged") });
      await ok("compose.yaml", "up");
      expect(await running(name)).toEqual(before);
    }
    await ok("compose.yaml", "down");
  } finally {
    await run("compose.yaml", "down");
    rmSync(folder, { recursive: true, force: true });
  }
}
