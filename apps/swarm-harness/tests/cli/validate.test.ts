import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { appFile, captureIo, TestProject } from "./support/run-ofdeploy.js";

let project: TestProject;
beforeEach(() => {
  project = new TestProject();
});
afterEach(() => project.remove());

const validate = (platform: string, lines: string, ...more: string[]) => {
  project.write(appFile({ web: lines }));
  return project.runWith(captureIo(project.folder), ["validate", "--platform", platform, ...more]);
};

describe("validate fails for the platform that rejects a field, and accepts it for the other", () => {
  test.each<[feature: string, lines: string, position: string, message: string]>([
    ["the network none", "networks: [none]", "6:16", "A swarm has no network none"],
    ["the network ingress", "networks: [back, ingress]", "6:22", "The network ingress is the swarm's own"],
    ["a template in a variable", 'environment: {MODE: a, QUERY: "{{.x}}"}', "6:28", "(QUERY): The text contains {{"],
    [
      "an address of the host",
      'ports: ["8080:80", "127.0.0.1:3000-3002:3000-3002"]',
      "6:24",
      "it would be open to everyone",
    ],
  ])("swarm rejects %s", async (_, lines, at, says) => {
    expect(await validate("docker", lines)).toMatchObject({ code: 0 });
    const ran = await validate("swarm", lines);
    expect(ran).toMatchObject({ code: 3, out: "" });
    expect(ran.err).toMatch(new RegExp(`^error\\[UNSUPPORTED\\] openfactory.yml:${at}: web: `));
    expect(ran.err).toContain(says);
    expect(ran.err.match(/^error/gm)).toHaveLength(1);
    const json = await validate("swarm", lines, "--json");
    const [line, column] = at.split(":").map(Number);
    expect(json.events.at(-1)).toMatchObject({
      ok: false,
      error: { issues: [{ location: { file: "openfactory.yml", line, column } }] },
    });
  });
});

test("validate warns of mode bits that Swarm ignores, and fails with --strict", async () => {
  const lines = "secrets: [{source: key, mode: 4755}]\nconfigs: [{source: conf, mode: 0755}]";
  const ran = await validate("swarm", lines);
  expect(ran).toMatchObject({ code: 0 });
  expect(ran.err).toBe(
    "warning[FIELD_NOT_SUPPORTED] web: secrets[].mode: Swarm sets the permissions up to 0777 and ignores higher bits.\n",
  );
  const strict = await validate("swarm", lines, "--strict");
  expect(strict).toMatchObject({
    code: 3,
    err: expect.stringMatching(/^error\[UNSUPPORTED\] openfactory.yml:6:29: web: secrets\[0\].mode: /),
  });
});

test("validate rejects a reserved label at the declaration of a network", async () => {
  project.write(
    "networks: {back: {labels: {org.openfactory.deploy.project: other}}}\napps: {web: {uuid: WEB, image: x, networks: [back]}}\n",
  );
  const ran = await project.runWith(captureIo(project.folder), ["validate"]);
  expect(ran).toMatchObject({
    code: 3,
    err: expect.stringMatching(
      /^error\[INVALID_REQUEST\] openfactory.yml:1:12: the network back: the label org.openfactory.deploy.project is reserved/,
    ),
  });
});

test("validate reports a template at its line in an env file, and never prints the value", async () => {
  project.write('A=1\nexport QUERY="hunter2{{.x}}"\n', "q.env");
  const ran = await validate("swarm", "env_file: q.env");
  expect(ran.err).toContain("error[UNSUPPORTED] q.env:2:8: web: env[");
  expect(ran.err).toContain("(QUERY): ");
  expect(ran.err).not.toContain("hunter2");
});
