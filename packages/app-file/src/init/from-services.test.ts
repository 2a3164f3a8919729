import type { DeployRequest } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import { parseAppFile } from "../load-project.js";
import { describeServices, type RunningService } from "./from-services.js";

const OPTIONS = { project: "plant", directory: "/srv/plant", comment: ["A test."] };

const serviceOf = (request: Partial<DeployRequest>, more: Partial<RunningService> = {}): RunningService => ({
  key: "web",
  request: { name: "web", image: "demo:1", env: [], ...request },
  ...more,
});

const describeOne = (request: Partial<DeployRequest>, more: Partial<RunningService> = {}) =>
  describeServices([serviceOf(request, more)], OPTIONS);

const requestsIn = (text: string, env: Record<string, string> = {}) =>
  parseAppFile(text, { file: "/srv/plant/openfactory.yml", env }).apps.map(({ request }) => request);

test("a file with the requests of the services deploys the same requests", () => {
  const request: DeployRequest = {
    name: "web",
    image: "demo:1@sha256:0000000000000000000000000000000000000000000000000000000000000000",
    env: ["A=1", "COST=5$ ${x}", "TEXT=two\nlines"],
    labels: { team: "plant" },
    command: ["/bin/web"],
    args: ["--level", "2"],
    user: "1000:1000",
    ports: [{ target: 80, published: 8080, protocol: "tcp", hostAddress: "127.0.0.1", mode: "ingress" }],
    networks: ["front", "back"],
    mounts: [
      { Type: "bind", Source: "/srv/plant/html", Target: "/html", ReadOnly: true },
      { Type: "volume", Source: "data", Target: "/data" },
      { Type: "tmpfs", Target: "/run", TmpfsOptions: { SizeBytes: 1024, Mode: 0o700 } },
    ],
    secrets: [{ name: "tls", target: "/run/tls", mode: 0o400 }],
    restart: { Condition: "none" },
    mode: { Replicated: { Replicas: 3 } },
    openFiles: 2048,
  };
  const { text, missing, variables } = describeOne(request);
  expect({ missing, variables }).toEqual({ missing: [], variables: [] });
  const [again] = requestsIn(text);
  expect(again).toMatchObject({
    ...request,
    env: expect.arrayContaining([...(request.env ?? [])]),
    secrets: [{ name: "tls" }],
  });
  expect(again?.env).toHaveLength(3);
});

test("values that look secret are variables, and nothing else of the file changes", () => {
  const secrets = {
    DB_PASSWORD: "hunter2",
    DB_URL: "postgres://ada:sw0rd-77@db/x",
    ENCRYPTION_KEY: "k-98765",
    SETTINGS: '{"token": "t-4321"}',
    CERTIFICATE: "-----BEGIN PRIVATE KEY-----\nabcdef\n-----END PRIVATE KEY-----",
    GITHUB: "ghp_0123456789abcdefghij",
  };
  const request = {
    env: [...Object.entries(secrets).map(([name, value]) => `${name}=${value}`), "LEVEL=info", "PASSWORD="],
    labels: { "api.token": "l-1234", team: "plant" },
    args: ["serve", "--password", "a-1234", "--port", "80"],
    healthcheck: { Test: ["CMD-SHELL", "probe --token h-1234"] },
    logging: { driver: "splunk", options: { "splunk-token": "o-1234", "max-size": "1m" } },
    mounts: [
      {
        Type: "volume" as const,
        Source: "share",
        Target: "/share",
        VolumeOptions: { DriverConfig: { Name: "local", Options: { type: "cifs", o: "username=a,password=d-1234" } } },
      },
    ],
  };
  const { text, variables } = describeOne(request);
  for (const value of [...Object.values(secrets), "l-1234", "a-1234", "h-1234", "o-1234", "d-1234"])
    expect(text).not.toContain(value.split("\n")[1] ?? value);
  expect(variables.map(({ name, key }) => `${name} ${key}`).sort()).toEqual(
    [
      ...Object.keys(secrets).map((name) => `${name} environment.${name}`),
      "API_TOKEN labels.api.token",
      "WEB_ARGS_2 args[2]",
      "WEB_HEALTHCHECK_TEST_1 healthcheck.test[1]",
      "SPLUNK_TOKEN logging.options.splunk-token",
      "O storage.share.driver_opts.o",
    ].sort(),
  );
  const [again] = requestsIn(text, {
    ...secrets,
    API_TOKEN: "l-1234",
    WEB_ARGS_2: "a-1234",
    WEB_HEALTHCHECK_TEST_1: "probe --token h-1234",
    SPLUNK_TOKEN: "o-1234",
    O: "username=a,password=d-1234",
  });
  expect(again).toMatchObject({ ...request, env: expect.arrayContaining(request.env) });
});

test("apps with the same value share a variable; another value of that name gets the name of its app", () => {
  const of = (key: string, value: string) => serviceOf({ name: key, env: [`PASSWORD=${value}`] }, { key });
  const { text, variables } = describeServices(
    [of("web", "same-1"), of("api", "same-1"), of("db-2", "other-1")],
    OPTIONS,
  );
  expect(variables.map(({ name, app }) => [name, app])).toEqual([
    ["PASSWORD", "web"],
    ["DB_2_PASSWORD", "db-2"],
  ]);
  const requests = requestsIn(text, { PASSWORD: "same-1", DB_2_PASSWORD: "other-1" });
  expect(requests.map(({ env }) => env)).toEqual([["PASSWORD=same-1"], ["PASSWORD=same-1"], ["PASSWORD=other-1"]]);
});

describe("what a file can't express is listed, in the comments of the app too", () => {
  test.each([
    [{}, ["HostConfig.PidMode: host"], "HostConfig.PidMode: host"],
    [
      { mounts: [{ Type: "volume" as const, Source: "vol", Target: "/a b" }] },
      [],
      /^mounts\[0\] \(\/a b\): A mount point/,
    ],
    [{ stopSignal: "SIGNOPE" }, [], /^stopSignal: /],
    [{ networks: ["host", "front"] }, [], /./],
  ])("%j %j", (request, unmapped, reason) => {
    const { text, missing } = describeOne(request, { unmapped });
    expect(missing).toEqual([{ app: "web", reasons: [expect.stringMatching(reason)] }]);
    expect(text).toContain(`  #   ${missing[0]?.reasons[0]}\n`);
    expect(requestsIn(text)).toHaveLength(1);
  });

  test("an invalid item of a list, without the valid ones", () => {
    const mounts = [
      { Type: "volume" as const, Source: "v", Target: "/a" },
      { Type: "volume" as const, Source: "vol", Target: "/b" },
    ];
    const { text, missing } = describeOne({ mounts });
    expect(missing[0]?.reasons).toEqual([expect.stringMatching(/^mounts\[0\]\.Source: /)]);
    expect(requestsIn(text)[0]?.mounts).toEqual([mounts[1]]);
  });

  test("a name in upper case", () => {
    const { missing, text } = describeOne({ name: "WEB" });
    expect(missing[0]?.reasons).toEqual([
      "name: A uuid becomes a service name in lower case, which is another service.",
    ]);
    expect(requestsIn(text)[0]?.name).toBe("web");
  });

  test("a line break in a setting's name does not end the comment", () => {
    expect(describeOne({}, { unmapped: ["Name\napps: {}"] }).text).toContain("  #   Name apps: {}\n");
  });
});

test("the UUID of an app is kept, if it names the service", () => {
  expect(describeOne({}, { uuid: "Web" }).text).toContain("uuid: Web\n");
});

test("a service with a name that no app can have is an error", () => {
  expect(() => describeOne({ name: "web.1" })).toThrow('Service "web.1" can\'t be an app');
});
