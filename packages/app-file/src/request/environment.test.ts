import { DeploymentError } from "@openfactory/deploy-core";
import { describe, expect, it } from "vitest";
import { parseAppFile } from "../load-project.js";

interface Input {
  env?: Record<string, string>;
  files?: Record<string, string>;
}

/** The variables of an app with the uuid `Press_1`, without those of its identity. */
const variablesOf = (lines: string[], { env = {}, files = {} }: Input = {}) => {
  const text = ["apps:", "  press:", "    uuid: Press_1", "    image: x", ...lines.map((line) => `    ${line}`)];
  const bytes = Object.entries(files).map(([name, content]) => [`plant/${name}`, Buffer.from(content)]);
  const [app] = parseAppFile(text.join("\n"), { file: "plant/apps.yml", env, files: Object.fromEntries(bytes) }).apps;
  const { env: [uuid, service, ...others] = [] } = app!.request;
  expect([uuid, service]).toEqual(["APP_UUID=Press_1", "DOCKER_SERVICE=press_1"]);
  return Object.fromEntries(others.map((each) => each.split(/=(.*)/s)));
};
const failureOf = (lines: string[], input?: Input) => {
  try {
    variablesOf(lines, input);
  } catch (error) {
    if (DeploymentError.isInstance(error, "INVALID_FILE")) return error.issues;
    throw error;
  }
  throw new Error("expected an error");
};
const defaults = { OPENFACTORY_LOG_BACKEND: "text", KSQLDB_LOG_LEVEL: "WARNING" };

describe("the environment of an app", () => {
  it("contains OpenFactory's defaults for logging", () => {
    expect(variablesOf([])).toEqual(defaults);
    expect(variablesOf([], { env: { OPENFACTORY_LOG_BACKEND: "" } })).toEqual(defaults);
  });

  it("inherits OPENFACTORY_LOG_BACKEND and OpenFactory's addresses", () => {
    const env = {
      OPENFACTORY_LOG_BACKEND: "loki",
      KAFKA_BROKER: "broker:9092",
      KSQLDB_URL: "http://ksqldb:8088",
      ASSET_ROUTER_URL: "nats://router:4222",
    };
    expect(variablesOf([], { env: { ...env, KSQLDB_LOG_LEVEL: "DEBUG", OTHER: "x" } })).toEqual({
      ...env,
      KSQLDB_LOG_LEVEL: "WARNING",
    });
  });

  it("prefers the app's own value of each inherited variable", () => {
    const lines = ["environment: [KSQLDB_LOG_LEVEL=DEBUG, OPENFACTORY_LOG_BACKEND = loki, KAFKA_BROKER=own]"];
    expect(variablesOf(lines, { env: { KAFKA_BROKER: "broker:9092" } })).toEqual({
      KSQLDB_LOG_LEVEL: "DEBUG",
      OPENFACTORY_LOG_BACKEND: "loki",
      KAFKA_BROKER: "own",
    });
    expect(variablesOf(["env_file: web.env"], { files: { "web.env": "KSQLDB_LOG_LEVEL=INFO" } })).toEqual({
      ...defaults,
      KSQLDB_LOG_LEVEL: "INFO",
    });
  });

  it.each([
    ["A = 1", "A", "1"],
    ["  A=  two words ", "A", "two words"],
    ["A\t=\tb = c==", "A", "b = c=="],
    ["A=", "A", ""],
    ["PASSWORD=pa$word$$", "PASSWORD", "pa$word$$"],
    ["A=$${NAME} ${NAME}", "A", "${NAME} line"],
  ])("contains the entry %j as %s with the value %j", (entry, name, value) => {
    expect(variablesOf([`environment: [${JSON.stringify(entry)}]`], { env: { NAME: "line" } })).toEqual({
      ...defaults,
      [name]: value,
    });
  });

  it("treats names that differ only in whitespace as duplicates", () => {
    expect(failureOf(["environment: [A=1, A = 2]"])).toMatchObject([
      { message: expect.stringContaining('duplicate variable "A"'), location: { line: 5, column: 24 } },
    ]);
  });
});

describe("an app with routing", () => {
  it.each(["{port: 8500}", "{expose: false, port: 8500}", "{expose: true, port: 8500}"])("%s gets PORT", (routing) => {
    const env = { OPENFACTORY_BASE_DOMAIN: "plant.test" };
    expect(variablesOf([`routing: ${routing}`], { env })).toEqual({ ...defaults, PORT: "8500" });
  });

  it("gets OPENFACTORY_ROOT_PATH, the normalized uuid, with OPENFACTORY_ENV=dev only", () => {
    const env = { OPENFACTORY_ENV: "dev" };
    expect(variablesOf(["routing: {port: 1}"], { env })).toEqual({
      ...defaults,
      PORT: "1",
      OPENFACTORY_ROOT_PATH: "/press-1",
    });
    expect(variablesOf([], { env })).toEqual(defaults);
    expect(variablesOf(["routing: {port: 1}"], { env: { OPENFACTORY_ENV: "DEV" } })).toEqual({
      ...defaults,
      PORT: "1",
    });
    const own = ["routing: {port: 1}", "environment: [OPENFACTORY_ROOT_PATH=/own]"];
    expect(variablesOf(own, { env })).toMatchObject({ OPENFACTORY_ROOT_PATH: "/own" });
  });

  it("gets no PORT if routing has no port", () => {
    expect(variablesOf(["routing: {expose: false}"])).toEqual(defaults);
  });

  it.each([
    ["environment: [A=1, PORT=8500]", 6, 24],
    ["environment: [A=1, 'PORT = 8500']", 6, 24],
    ["environment: {A: 1, PORT: 8500}", 6, 25],
  ])("can't set PORT itself: %s", (environment, line, column) => {
    expect(failureOf(["routing: {port: 8500}", environment])).toMatchObject([
      {
        message: expect.stringContaining(`PORT can't be set in an app with "routing"`),
        location: { file: "plant/apps.yml", line, column },
        hint: "Remove PORT: it is set from routing.port.",
      },
    ]);
  });

  it("can't set PORT in an env file, with a finding at its line", () => {
    const files = { "web.env": "A=1\nPORTS=1\n  export PORT=1\nPORT = 2\n" };
    expect(failureOf(["routing: {expose: false}", "env_file: web.env"], { files })).toMatchObject([
      {
        message: `PORT can't be set in an app with "routing"`,
        location: { file: "plant/web.env", line: 4, column: 1 },
      },
    ]);
    const hidden = ["routing: {port: 1}", "env_file: '${FILE}'"];
    expect(failureOf(hidden, { files, env: { FILE: "web.env" } })).toMatchObject([
      { location: { file: "plant/apps.yml", line: 6, column: 5 } },
    ]);
  });

  it("can set PORT without routing", () => {
    expect(variablesOf(["environment: [PORT=8500]"])).toEqual({ ...defaults, PORT: "8500" });
    expect(variablesOf(["routing:", "environment: [PORT=8500]"])).toEqual({ ...defaults, PORT: "8500" });
  });
});

describe("APP_UUID and DOCKER_SERVICE", () => {
  it("can be set to the same value by the app", () => {
    expect(variablesOf(["environment: [APP_UUID=Press_1, DOCKER_SERVICE = press_1]"])).toEqual(defaults);
  });

  it("can't be changed by the app, with a finding at its line", () => {
    expect(failureOf(["environment: [DOCKER_SERVICE=other]"])).toMatchObject([{ location: { line: 5, column: 19 } }]);
    expect(failureOf(["env_file: web.env"], { files: { "web.env": "A=1\nAPP_UUID=other" } })).toMatchObject([
      { message: "APP_UUID differs from the app's uuid", location: { file: "plant/web.env", line: 2, column: 1 } },
    ]);
  });
});

describe("STORAGE", () => {
  const storageOf = (...lines: string[]) => variablesOf(["storage:", ...lines.map((line) => `  ${line}`)])["STORAGE"];

  it("contains the NFS keys of OpenFactory's schema, spaced and escaped as in Python", () => {
    expect(
      storageOf(
        "recipes: {type: nfs, server: nas.plant.test, remote_path: /exports/Größe/, mount_point: /data/recipes/,",
        "  mount_options: [ro, noatime], description: for readers}",
        "plain: {type: nfs, server: 192.0.2.7, remote_path: /srv, mount_point: /plain}",
      ),
    ).toBe(
      '{"recipes": {"type": "nfs", "server": "nas.plant.test", "remote_path": "/exports/Gr\\u00f6\\u00dfe/", ' +
        '"mount_point": "/data/recipes", "mount_options": ["ro", "noatime"]}, ' +
        '"plain": {"type": "nfs", "server": "192.0.2.7", "remote_path": "/srv", "mount_point": "/plain"}}',
    );
  });

  it("contains mount options as a list, also if the file has text", () => {
    const nfs = "type: nfs, server: a, remote_path: /a, mount_point: /d";
    expect(storageOf(`d: {${nfs}, mount_options: 'soft, ro'}`)).toContain('"mount_options": ["soft", "ro"]');
  });

  it("contains an IPv6 server in brackets", () => {
    const nfs = (server: string) => `d: {type: nfs, server: '${server}', remote_path: /a, mount_point: /d}`;
    expect(storageOf(nfs("fd00::1"))).toContain('"server": "[fd00::1]"');
    expect(storageOf(nfs("[fd00::1]"))).toContain('"server": "[fd00::1]"');
  });

  it("contains the mount point as the path of local storage and of volumes", () => {
    expect(
      storageOf(
        "cache: {type: local, local_path: ./cache, mount_point: /cache}",
        "state: {type: volume, volume: press, mount_point: /state/, read_only: true}",
      ),
    ).toBe(
      '{"cache": {"type": "local", "local_path": "/cache", "mount_point": "/cache"}, ' +
        '"state": {"type": "local", "local_path": "/state", "mount_point": "/state"}}',
    );
  });

  it("is empty for an empty storage, and not set without storage", () => {
    expect(variablesOf(["storage: {}"])["STORAGE"]).toBe("{}");
    expect(variablesOf(["storage:"])).toEqual(defaults);
  });

  it("can be set by the app", () => {
    const storage = "storage: {d: {type: volume, mount_point: /d}}";
    expect(variablesOf([storage, "environment: [STORAGE=own]"])["STORAGE"]).toBe("own");
  });

  it.each([
    ["{type: volume, mount_point: /a b}", "expected a path of letters, digits, _, ., - and /"],
    ["{type: volume, mount_point: /a..b}", 'expected a path without ".."'],
    [`{type: volume, mount_point: /${"a".repeat(255)}}`, "expected a path of at most 255 characters"],
    ["{type: nfs, server: my_nas, remote_path: /a, mount_point: /d}", "expected a host name or an IP address"],
    ["{type: nfs, server: nas., remote_path: /a, mount_point: /d}", "expected a host name or an IP address"],
  ])("refuses storage that OpenFactory's framework would reject: %s", (storage, message) => {
    expect(failureOf([`storage: {d: ${storage}}`])).toMatchObject([{ message: expect.stringContaining(message) }]);
  });

  it.each([
    [
      "{type: nfs, server: a, remote_path: /a, mount_point: /d}",
      "type: nfs, server: ..., remote_path: ..., mount_point: ...",
    ],
    ["{type: '${TYPE}', mount_point: /d}", "type: ..., mount_point: ..."],
    ["{server: a, name: b}", "server: ..."],
  ])("refuses storage without a name: %s", (storage, written) => {
    expect(failureOf([`storage: ${storage}`], { env: { TYPE: "x" } })).toMatchObject([
      {
        message: "apps.press.storage: expected storage by name, such as data: {type: ...}",
        location: { line: 5, column: 14 },
        hint: `Choose a name, such as data, and write: storage: {data: {${written}}}`,
      },
    ]);
  });

  it("accepts a storage whose name is also a key of storages", () => {
    expect(storageOf("server: {type: volume, mount_point: /d}")).toContain('{"server": {');
  });
});

describe("env_file", () => {
  const files = {
    "shop/one.env": Buffer.from("A=1\nB=one\nHOST=${BASE}/${A}\n"),
    "shop/two.env": Buffer.from("B=two $A\nC='3'\nINHERITED\n"),
    "/etc/three.env": Buffer.from("KAFKA_BROKER=own:9092\nAPP_UUID=Demo\n"),
  };
  const env = { BASE: "http://base", INHERITED: "yes", KAFKA_BROKER: "broker:9092" };

  /** The variables of an app, without those of its identity and logging. */
  const variablesOf = (...lines: string[]) => {
    const text = ["apps:", "  demo:", "    uuid: Demo", "    image: x", ...lines.map((line) => `    ${line}`)].join(
      "\n",
    );
    return parseAppFile(text, { file: "shop/apps.yml", env, files }).apps[0]?.request.env?.slice(4);
  };

  it("is a path, a list of paths, or a path that is not required", () => {
    const one = ["KAFKA_BROKER=broker:9092", "A=1", "B=one", "HOST=http://base/1"];
    expect(variablesOf("env_file: one.env")).toEqual(one);
    expect(variablesOf("env_file: [./one.env]")).toEqual(one);
    expect(variablesOf("env_file: {path: ../shop/one.env, required: true}")).toEqual(one);
    expect(variablesOf("env_file: [{path: none.env, required: false}, one.env]")).toEqual(one);
    expect(variablesOf("env_file: []")).toEqual(["KAFKA_BROKER=broker:9092"]);
  });

  it("is overridden by later files and environment, and can use variables of earlier files", () => {
    expect(variablesOf("env_file: [one.env, two.env]", "environment: [C=4]")).toEqual([
      "KAFKA_BROKER=broker:9092",
      "A=1",
      "B=two 1",
      "HOST=http://base/1",
      "C=4",
      "INHERITED=yes",
    ]);
  });

  it("locates each variable in the env file, even if other values contain similar lines", () => {
    const text = 'B[0]=1\nA="x\nC=decoy\n"\n  export C = 2\nÉ=3\nA=4\n';
    const file = "apps:\n  demo: {uuid: Demo, image: x, env_file: a.env, environment: [OWN=1]}";
    const app = parseAppFile(file, { file: "shop/apps.yml", env: {}, files: { "shop/a.env": Buffer.from(text) } })
      .apps[0];
    const placeOf = (name: string) => {
      const index = app?.request.env?.findIndex((entry) => entry.startsWith(`${name}=`));
      const { file: where, line, column } = app?.locate(`env[${index}]`) ?? {};
      return `${where}:${line}:${column}`;
    };
    expect(["B[0]", "C", "É", "A"].map(placeOf)).toEqual([
      "shop/a.env:1:1",
      "shop/a.env:5:10",
      "shop/a.env:6:1",
      "shop/a.env:7:1",
    ]);
    expect(placeOf("OWN")).toBe("shop/apps.yml:2:63");
  });

  it("shows no location in a file whose name contains a variable", () => {
    const file = "apps:\n  demo: {uuid: Demo, image: x, env_file: '${NAME}'}";
    const app = parseAppFile(file, { file: "shop/apps.yml", env: { NAME: "one.env", BASE: "b" }, files }).apps[0];
    expect(app?.locate("env[5]")).toMatchObject({ file: "shop/apps.yml", line: 2 });
  });

  it("can repeat the identity of the app, and can set OpenFactory's variables", () => {
    expect(variablesOf("env_file: /etc/three.env")).toEqual(["KAFKA_BROKER=own:9092"]);
  });
});
