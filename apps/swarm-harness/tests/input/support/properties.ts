import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadProject, parseAppFile } from "@openfactory/app-file";
import {
  DeploymentError,
  type DeployRequest,
  ERROR_CODES,
  formatImageReference,
  type NormalizedRequest,
  parseImageReference,
  parseRequest,
} from "@openfactory/deploy-core";
import { resolveEndpoint } from "@openfactory/docker-engine";
import { fromContainer, fromServiceSpec, toContainerCreateBody, toServiceSpec } from "@openfactory/docker-translators";
import * as fc from "fast-check";
import { afterAll } from "vitest";
import { hostileText, mutated, mutatedJson } from "./hostile.js";
import { readSavedPlan } from "../../../../cli/src/saved-plan/saved-plan-file.js";

const directory = mkdtempSync(join(tmpdir(), "hostile-"));
afterAll(() => rmSync(directory, { recursive: true }));

const APP_FILES = [
  `name: shop
apps:
  web: &web
    uuid: WEB
    image: registry.example:5000/shop/web:1.2
    environment: ["A=\${A:-1}", "B=$\${b}"]
    env_file: web.env
    ports: ["8080:80", "127.0.0.1:3000-3003:3000-3003/udp"]
    labels: {a.b: "c"}
    storage:
      data: {type: nfs, server: 10.0.0.1, remote_path: /srv/data, mount_point: /data, mount_options: [ro, soft]}
      own: {type: volume, volume: web-data, mount_point: /own}
    networks: [front]
    deploy:
      replicas: 2
      placement: {constraints: ["node.role == worker"]}
      resources: {limits: {cpus: 0.5, memory: 512Mi}}
    depends_on: {db: {condition: service_healthy}}
    secrets: [key]
    healthcheck: {test: "curl -f http://localhost", interval: 10s}
    uns: {enterprise: x, site: {name: y}}
  db:
    <<: *web
    uuid: DB
    ports: []
    depends_on: []
secrets: {key: {file: ./key.txt}}
networks: {front: {driver: overlay, driver_opts: {a: b}}}
`,
  `apps:
  one: {uuid: ONE, image: "nginx@sha256:${"a".repeat(64)}", routing: {expose: true, port: 80, hostname: x}, metrics: {port: 9000}}
  two:
    uuid: TWO
    image: nginx
    command: >-
      sh -c "exit 0"
    devices: ["/dev/ttyUSB0:/dev/a:rw"]
    sysctls: {net.core.somaxconn: 1024}
    extra_hosts: ["a:10.0.0.1"]
devices:
  mill:
    uuid: MILL
    connector: {type: shdr, host: 10.0.0.2, port: 7878}
`,
];

const COMPOSE = [
  `services:
  web:
    image: nginx:1
    build: .
    environment: {A: "\${A:-1}", B:}
    ports: ["8080:80", {target: 90, published: "9000-9001"}]
    volumes: ["data:/data:ro", "./x:/x", {type: tmpfs, target: /t}]
    networks: {front: {aliases: [a]}}
    depends_on: [db]
    deploy: {replicas: 2, labels: {a: b}}
    logging: {driver: json-file, options: {max-size: 1m}}
  db:
    extends: web
    image: !reset null
    ports: !override []
    profiles: [x]
volumes: {data: {driver_opts: {type: nfs, o: "addr=10.0.0.1", device: ":/x"}}}
networks: {front: {}}
secrets: {s: {environment: A}}
`,
];

const ENV_FILES = [
  `A=1
export B="two \${A} \\n \\0101"
C='it\\'s'
D=x # comment
E
F: "several
lines"
G=\${A:-\${B-x}}\${C:+y}
`,
];

const CONFIG = {
  auths: { "https://index.docker.io/v1/": { auth: "YTpi" }, "registry.example:5000": { username: "a", password: "b" } },
  credsStore: "none",
  credHelpers: { "x.example": "none" },
  currentContext: "plant",
};
const CONTEXT = { Name: "plant", Endpoints: { docker: { Host: "tcp://10.0.0.1:2376", SkipTLSVerify: false } } };

/** The error of work that may fail, if it is an expected one. Anything else is thrown. */
async function expectedError(work: () => unknown, ...codes: string[]): Promise<DeploymentError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!DeploymentError.isInstance(error) || !ERROR_CODES.includes(error.code)) throw error;
    if (codes.length > 0 && !codes.includes(error.code)) throw error;
    return error;
  }
}

const PROTOTYPE_KEYS = Reflect.ownKeys(Object.prototype).length;

function assertUnpolluted(): void {
  const keys = Reflect.ownKeys(Object.prototype).length;
  if (keys !== PROTOTYPE_KEYS || "polluted" in {}) throw new Error("Object.prototype was changed");
}

/** Each finding is at a position that exists in the file. */
function assertPositions(error: DeploymentError | undefined, file: string, text: string): void {
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  for (const { location, message } of error?.issues ?? []) {
    if (location === undefined) {
      if (!/^and \d+ more finding/.test(message)) throw new Error(`no position: ${message}`);
      continue;
    }
    if (location.file !== file) continue;
    const line = lines[location.line - 1];
    const isInside = line !== undefined && location.column >= 1 && location.column <= line.length + 1;
    if (!isInside) throw new Error(`${location.line}:${location.column} is outside of the file: ${message}`);
  }
}

/** What an engine would receive, of the parts in which an option could be hidden. */
function assertNothingSmuggled(request: DeployRequest): void {
  for (const entry of request.env ?? []) if (entry.includes("\0")) throw new Error("a variable contains NUL");
  for (const { Type = "volume", Source, VolumeOptions } of request.mounts ?? []) {
    if (Type === "volume" && /[/\\\p{Cc}]/u.test(Source ?? "")) throw new Error(`a volume named ${Source}`);
    const { type, o = "", device = "" } = VolumeOptions?.DriverConfig?.Options ?? {};
    if (type !== "nfs") continue;
    const addresses = o.split(",").filter((option) => option.startsWith("addr="));
    if (addresses.length !== 1) throw new Error(`an NFS volume with the options ${o}`);
    if (/[\n\r\0]/.test(o + device)) throw new Error("an NFS volume with a control character");
  }
}

const file = "/shop/apps.yml";
const files = { "/shop/web.env": Buffer.from("A=1"), "/shop/key.txt": Buffer.from("key") };

const bytesOf = (text: string): Buffer => Buffer.from(text, "utf8");

async function* stream(text: string): AsyncGenerator<Buffer> {
  yield bytesOf(text);
}

/** Any value for a field of a request. */
const anyValue = fc.oneof(
  hostileText,
  fc.array(hostileText, { maxLength: 3 }),
  fc.dictionary(hostileText, hostileText, { maxKeys: 3, noNullPrototype: true }),
  fc.integer(),
  fc.constant(null),
);

const textWithoutNul = hostileText.map((text) => text.replaceAll("\0", ""));
const record = (keys: fc.Arbitrary<string>): fc.Arbitrary<Record<string, string>> =>
  fc.dictionary(keys, textWithoutNul, { maxKeys: 3, noNullPrototype: true });

/** Requests that are often valid, with hostile texts where texts are free. */
const request = fc.record(
  {
    name: fc.constantFrom("web", "constructor", "toString"),
    image: fc.oneof({ weight: 5, arbitrary: fc.constant("nginx:1") }, { weight: 1, arbitrary: hostileText }),
    env: fc.uniqueArray(
      fc.tuple(textWithoutNul, textWithoutNul).map(([key, value]) => `K${key.replaceAll("=", "")}=${value}`),
      { maxLength: 4, selector: (entry) => entry.split("=")[0] },
    ),
    labels: record(textWithoutNul.map((key) => `k${key}`)),
    args: fc.array(textWithoutNul, { maxLength: 3 }),
    networks: fc.uniqueArray(fc.constantFrom("front", "constructor", "__proto__", "a b"), { maxLength: 3 }),
    mounts: fc.array(
      fc.record({
        Type: fc.constantFrom("volume", "bind", "tmpfs"),
        Source: hostileText,
        Target: hostileText.map((text) => `/t${text}`),
      }),
      { maxLength: 1 },
    ),
    extraHosts: fc.array(
      hostileText.map((text) => `${text}:10.0.0.1`),
      { maxLength: 1 },
    ),
    logging: fc.record({ driver: fc.constant("json-file"), options: record(hostileText) }),
    sysctls: fc.dictionary(fc.constantFrom("net.core.somaxconn", "__proto__"), fc.integer(), { noNullPrototype: true }),
    templates: fc.constant("literal" as const),
  },
  { requiredKeys: ["name", "image", "templates"] },
) as fc.Arbitrary<DeployRequest>;

const valid = (given: DeployRequest): NormalizedRequest | undefined => {
  try {
    return parseRequest(given);
  } catch (error) {
    if (!DeploymentError.isInstance(error, "INVALID_REQUEST")) throw error;
    return undefined;
  }
};

const sorted = (values: Readonly<Record<string, string>> = {}): string => JSON.stringify(Object.entries(values).sort());

/** The labels of a request, apart from those of the strategies. */
const ownLabels = (labels: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => key.startsWith("k")));

function assertSameEnv(found: readonly string[] = [], given: readonly string[] = []): void {
  const own = found.filter((entry) => entry.startsWith("K"));
  if (JSON.stringify(own.sort()) !== JSON.stringify([...given].sort())) throw new Error("a variable was dropped");
}

function assertSameLabels(
  found: Readonly<Record<string, string>> = {},
  given: Readonly<Record<string, string>> = {},
): void {
  if (sorted(ownLabels(found)) !== sorted(given)) throw new Error("a label was dropped");
}

/** The properties, by what they are about. Each fails with an error that says what was wrong. */
export const properties: Readonly<Record<string, fc.IRawProperty<unknown, true>>> = {
  "an app file": fc.asyncProperty(mutated(APP_FILES), async (text) => {
    const error = await expectedError(() => {
      for (const { request: each } of parseAppFile(text, { file, env: { A: "a", B: "b\nc" }, files }).apps) {
        assertNothingSmuggled(each);
      }
    }, "INVALID_FILE");
    assertPositions(error, file, text);
    assertUnpolluted();
  }),
  "an env file": fc.asyncProperty(mutated(ENV_FILES), async (text) => {
    const app = "apps: {web: {uuid: WEB, image: nginx, env_file: web.env}}";
    const error = await expectedError(
      () => parseAppFile(app, { file, env: {}, files: { "/shop/web.env": bytesOf(text) } }),
      "INVALID_FILE",
    );
    // Half of a surrogate pair becomes another character in a file.
    assertPositions(error, "/shop/web.env", bytesOf(text).toString());
    assertUnpolluted();
  }),
  "a Compose file": fc.asyncProperty(mutated(COMPOSE), async (text) => {
    const error = await expectedError(async () => {
      const options = { cwd: directory, env: { A: "a" }, stdin: stream(text), project: "shop" };
      for (const { request: each } of (await loadProject(["-"], options)).apps) assertNothingSmuggled(each);
    }, "INVALID_FILE");
    assertPositions(error, "<stdin>", bytesOf(text).toString());
    assertUnpolluted();
  }),
  "a file of bytes": fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
    const path = join(directory, "bytes.yml");
    writeFileSync(path, bytes);
    await expectedError(() => loadProject([path], { cwd: directory, env: {} }), "INVALID_FILE");
  }),
  "Docker's config.json and context": fc.asyncProperty(
    mutatedJson(CONFIG),
    mutatedJson(CONTEXT),
    async (config, context) => {
      const id = createHash("sha256").update("plant").digest("hex");
      const meta = join(directory, "contexts", "meta", id);
      mkdirSync(meta, { recursive: true });
      writeFileSync(join(directory, "config.json"), config);
      writeFileSync(join(meta, "meta.json"), context);
      const env = { DOCKER_CONFIG: directory };
      await expectedError(() => resolveEndpoint({ env }), "INVALID_REQUEST");
      await expectedError(() => resolveEndpoint({ env, context: "plant" }), "INVALID_REQUEST");
      await expectedError(() => resolveEndpoint({ env, context: "none" }), "INVALID_REQUEST");
      assertUnpolluted();
    },
  ),
  "the address of an engine": fc.asyncProperty(
    hostileText,
    hostileText,
    fc.constantFrom("", "tcp://", "ssh://", "unix://", "https://"),
    async (user, host, scheme) => {
      for (const rest of [`${user}@${host}`, host, `${host}:${user}/${host}`]) {
        await expectedError(() => {
          const endpoint = resolveEndpoint({ host: scheme + rest, env: { DOCKER_CONFIG: "/nonexistent" } });
          if (endpoint.kind !== "ssh") return;
          if (endpoint.user?.startsWith("-") || endpoint.hostname.startsWith("-")) throw new Error("an option for ssh");
        }, "INVALID_REQUEST");
      }
    },
  ),
  "an image reference": fc.asyncProperty(
    mutated(["nginx", "registry.example:5000/a/b__c:1.2", `a/b@sha256:${"0".repeat(64)}`, "localhost/x"]),
    async (text) => {
      await expectedError(() => {
        const reference = parseImageReference(text);
        if ("id" in reference) return;
        if (/[\s\p{Cc}]/u.test(text)) throw new Error("whitespace in an image reference");
        const again = parseImageReference(formatImageReference(reference));
        if (!("name" in again) || again.name !== reference.name) throw new Error("another image");
      }, "INVALID_REQUEST");
    },
  ),
  "a request": fc.asyncProperty(request, hostileText, anyValue, async (given, field, value) => {
    await expectedError(() => {
      const json = JSON.stringify({ ...given, [field]: value });
      assertNothingSmuggled(parseRequest(JSON.parse(json) as DeployRequest) as DeployRequest);
    }, "INVALID_REQUEST");
    const parsed = valid(given);
    if (parsed === undefined) return;
    if (sorted(parsed.labels) !== sorted(given.labels)) throw new Error("a label was dropped");
    const networks = [parsed.networks, given.networks].map((names = []) => JSON.stringify(names));
    if (networks[0] !== networks[1]) throw new Error("a network was dropped");
    const sysctls = [parsed.sysctls, given.sysctls].map((all = {}) => Object.keys(all).length);
    if (sysctls[0] !== sysctls[1]) throw new Error("a kernel parameter was dropped");
    assertSameEnv(parsed.env, given.env);
    assertUnpolluted();
  }),
  "a container, to the engine and back": fc.asyncProperty(request, async (given) => {
    const parsed = valid(given);
    if (parsed === undefined) return;
    await expectedError(() => {
      const { HostConfig, ...Config } = toContainerCreateBody(parsed, { apiVersion: "1.47", mountpoints: {} });
      const networks = { Networks: {} };
      const inspected = { Name: `/${parsed.name}`, Config, HostConfig, NetworkSettings: networks, Mounts: [] };
      const settings = fromContainer(JSON.parse(JSON.stringify(inspected)) as never, {} as never);
      assertSameLabels(settings.labels, parsed.labels);
      assertSameEnv(settings.env, parsed.env);
    }, "UNSUPPORTED");
    assertUnpolluted();
  }),
  "a service, to the engine and back": fc.asyncProperty(request, async (given) => {
    const parsed = valid(given);
    if (parsed === undefined) return;
    await expectedError(() => {
      const spec = toServiceSpec(parsed, { apiVersion: "1.47" } as never);
      const settings = fromServiceSpec(JSON.parse(JSON.stringify(spec)) as never, {} as never);
      assertSameLabels(settings.labels, parsed.labels);
      assertSameEnv(settings.env, parsed.env);
    }, "UNSUPPORTED");
    assertUnpolluted();
  }),
  "a saved plan": fc.asyncProperty(
    mutatedJson({ kind: "ofdeploy-plan", format: 1, version: "1.0.0", command: { files: [] }, plan: { apps: [] } }),
    async (text) => {
      const path = join(directory, "plan.json");
      writeFileSync(path, text);
      const { location } = (await expectedError(() => readSavedPlan(path, directory), "INVALID_FILE")) ?? {};
      if (location === undefined) return;
      const line = readFileSync(path, "utf8").split("\n")[location.line - 1];
      if (line === undefined || location.column > line.length + 1) throw new Error("a position outside of the plan");
    },
  ),
};
