import { DeploymentError } from "@openfactory/deploy-core";
import { afterEach, describe, expect, it } from "vitest";
import { composeFiles } from "./compose/compose-files.support.js";
import { parseAppFile } from "./load-project.js";
import type { AppProject } from "./model.js";

/** Names of properties that every object inherits: a lookup in any record finds them. */
const INHERITED = ["constructor", "toString", "hasOwnProperty"];

const files = {
  "shop/own.env": Buffer.from("__proto__=a\nconstructor=b\ntoString=${constructor}\nREST=${valueOf:-c}\n"),
};
const parse = (text: string): AppProject => parseAppFile(text, { file: "shop/apps.yml", env: { A: "a" }, files });
const compose = composeFiles();

const issuesOf = (run: () => unknown): string[] => {
  try {
    run();
  } catch (error) {
    if (DeploymentError.isInstance(error, "INVALID_FILE")) return error.issues.map(({ message }) => message);
    throw error;
  }
  return [];
};

const keysBefore = Reflect.ownKeys(Object.prototype).length;
afterEach(() => expect(Reflect.ownKeys(Object.prototype)).toHaveLength(keysBefore));

describe.each(INHERITED)("the name %s", (name) => {
  it("works for everything that an app file names", () => {
    const { apps, resources } = parse(`name: shop
networks: {${name}: {driver: overlay, driver_opts: {${name}: a}, labels: {${name}: b}}}
secrets: {${name}: {environment: A}}
configs: {${name}: {content: c}}
apps:
  ${name}:
    uuid: web1
    image: x
    networks: [${name}]
    secrets: [${name}]
    configs: [${name}]
    labels: {${name}: d}
    environment: {${name}: e}
    logging: {driver: json-file, options: {${name}: f}}
    storage: {${name}: {type: volume, volume: ${name}, mount_point: /data, driver_opts: {${name}: g}}}
`);
    const named = expect.stringMatching(new RegExp(`^shop_${name}(_|$)`));
    expect(resources.map(({ spec }) => spec)).toEqual([
      { kind: "network", name: named, driver: "overlay", driverOptions: { [name]: "a" }, labels: { [name]: "b" } },
      { kind: "secret", name: named, content: Buffer.from("a") },
      { kind: "config", name: named, content: Buffer.from("c") },
    ]);
    expect(apps).toHaveLength(1);
    expect(apps[0]?.request).toMatchObject({
      networks: [named],
      secrets: [{ name: named, target: name }],
      configs: [{ name: named, target: `/${name}` }],
      labels: { [name]: "d" },
      env: expect.arrayContaining([`${name}=e`]),
      logging: { options: { [name]: "f" } },
      mounts: [{ Source: name, VolumeOptions: { DriverConfig: { Options: { [name]: "g" } } } }],
    });
  });

  it("works for everything that a Compose file names", async () => {
    const { apps, resources } = await compose.load(
      `name: shop
networks: {${name}: {driver_opts: {${name}: a}, labels: ["${name}=b"]}}
volumes: {${name}: {driver_opts: {${name}: c}, labels: {${name}: d}}}
secrets: {${name}: {environment: A}}
configs: {${name}: {content: e}}
services:
  ${name}:
    image: x
    networks: {${name}: {aliases: [alias]}}
    secrets: [${name}]
    configs: [${name}]
    labels: {${name}: f}
    environment: {${name}: g}
    logging: {driver: json-file, options: {${name}: h}}
    volumes: ["${name}:/data"]
`,
      { env: { A: "a" } },
    );
    expect(resources.map(({ spec }) => spec.kind)).toEqual(["network", "secret", "config"]);
    expect(resources[0]?.spec).toMatchObject({ driverOptions: { [name]: "a" }, labels: { [name]: "b" } });
    const volume = { Labels: { [name]: "d" }, DriverConfig: { Options: { [name]: "c" } } };
    expect(apps[0]?.request).toMatchObject({
      name: `shop-${name.toLowerCase()}`,
      networks: [`shop_${name}`],
      networkAliases: expect.arrayContaining(["alias", name]),
      secrets: [{ target: name }],
      configs: [{ target: `/${name}` }],
      labels: { [name]: "f" },
      env: [`${name}=g`],
      logging: { options: { [name]: "h" } },
      mounts: [{ Source: `shop_${name}`, VolumeOptions: volume }],
    });
  });

  it("is unknown where a file does not declare it", async () => {
    const app = (line: string): string => `apps: {web: {uuid: web1, image: x, ${line}}}`;
    expect(issuesOf(() => parse(app(`depends_on: [${name}]`)))).toEqual([
      `apps.web.depends_on: no app "${name}" in the project`,
    ]);
    expect(issuesOf(() => parse(app(`command: "\${${name}}"`)))).toEqual([`the variable ${name} is not set`]);
    expect(issuesOf(() => parse(app(`${name}: 1`)))).toEqual([`unknown key "${name}" in apps.web`]);
    const service = (line: string): string => `services: {web: {image: x, ${line}}}\n`;
    expect(await compose.issues(service(`volumes: ["/a:/a:${name}"]`))).toEqual([
      `compose.yaml:1: services.web.volumes[0]: unknown option "${name}" of a volume`,
    ]);
    expect(await compose.issues(service(`networks: [${name}]`))).toEqual([
      `compose.yaml:1: services.web.networks[0]: the network "${name}" is not declared`,
    ]);
    expect(await compose.issues(service(`extends: ${name}`))).toEqual([
      expect.stringContaining(`there is no service "${name}"`),
    ]);
  });
});

it("an env file can set variables of any name", () => {
  const { apps } = parse("apps: {web: {uuid: web1, image: x, env_file: own.env}}");
  const env = apps[0]?.request.env ?? [];
  expect(env.filter((entry) => /^(__proto__|constructor|toString|REST)=/.test(entry))).toEqual([
    "__proto__=a",
    "constructor=b",
    "toString=b",
    "REST=c",
  ]);
});

describe("the key __proto__", () => {
  const refused = 'the key "__proto__" is not allowed';

  it.each([
    "networks: {__proto__: {}}",
    "networks: {a: {labels: {__proto__: x}}}",
    "networks: {a: {driver_opts: {__proto__: {polluted: 1}}}}",
    "secrets: {__proto__: {environment: A}}",
    "configs: {__proto__: {content: x}}",
    "__proto__: {polluted: 1}",
  ])("is refused in an app file: %s", (line) => {
    expect(issuesOf(() => parse(`${line}\napps: {web: {uuid: web1, image: x}}`))).toContain(refused);
    expect("polluted" in {}).toBe(false);
  });

  it.each([
    "networks: {__proto__: {}}",
    "volumes: {__proto__: {}}",
    "volumes: {a: {driver_opts: {__proto__: x}}}",
    "secrets: {__proto__: {environment: A}}",
    "configs: {__proto__: {content: x}}",
    "__proto__: {polluted: 1}",
  ])("is refused in a Compose file: %s", async (line) => {
    const found = await compose.issues(`${line}\nservices: {web: {image: x}}\n`);
    expect(found).toContain(`compose.yaml:1: ${refused}`);
    expect("polluted" in {}).toBe(false);
  });

  it.each(["labels", "environment"])("is no key of an app's %s", (key) => {
    const text = `apps: {web: {uuid: web1, image: x, ${key}: {__proto__: x}}}`;
    expect(issuesOf(() => parse(text))).toContain(refused);
  });
});
