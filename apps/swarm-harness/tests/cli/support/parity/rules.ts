import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadProject } from "@openfactory/app-file";
import { expect } from "vitest";
import { all, better, type Check, identical, notSupported, type ParityTable } from "./case.js";
import { hasCommand, runs, validates } from "./command-checks.js";
import { app, device, ENV, file, inDirectory, mtconnect, variablesOf } from "./sample.js";

const nfs = (server: string, path: string, options = ""): string =>
  `storage: {data: {type: nfs, server: ${server}, remote_path: ${path}, mount_point: /data${options === "" ? "" : `, mount_options: [${options}]`}}}`;
const volume = (lines: string, name: string): Check => app(lines).request({ mounts: [{ Source: name }] });
const value = (written: string, read: string, env: Record<string, string> = {}): Check =>
  app(`environment: ['A=${written}']`, { ...ENV, ...env }).variables({ A: read });

/** A directory of files, read as one project. */
const directory =
  (
    files: Readonly<Record<string, string>>,
    sources: readonly string[],
    env: Record<string, string>,
    services: Readonly<Record<string, string>>,
  ): Check =>
  () =>
    inDirectory(async (cwd) => {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(join(cwd, name, ".."), { recursive: true });
        writeFileSync(join(cwd, name), text);
      }
      const { apps } = await loadProject(
        sources.map((source) => join(cwd, source)),
        { env: { ...ENV, ...env }, cwd },
      );
      expect(
        Object.fromEntries(apps.map(({ service, request }) => [service, variablesOf(request)["A"] ?? request.image])),
      ).toEqual(services);
    });

const web = (uuid: string, image = "x"): string =>
  `apps: {${uuid.toLowerCase()}: {uuid: ${uuid}, image: "${image}"}}\n`;
const TWO = {
  "app_a.yml": "apps: {demo: {uuid: DEMO, image: x}}\n",
  "app_b.yml": "apps: {demo-x: {uuid: DEMO-X, image: x}}\n",
};

const TEMPLATE = "apps: {web: {uuid: WEB, image: x, environment: ['A={{.Node.Hostname}}']}}\n";
const REPLICAS = "apps: {web: {uuid: WEB, image: x, deploy: {replicas: 2}}}\n";

/** Rules that are not one key, variable or label. */
export const rules: ParityTable = {
  id: "rules",
  heading: "rule",
  cases: [
    identical(
      "Normalized names",
      "Lower case, `-` for each run of other characters than letters and digits, none at the ends: `My__App_1` is `my-app-1`.",
      file("apps: {a: {uuid: My__App_1, image: x, routing: {port: 80}}}", "my__app_1", {
        ...ENV,
        OPENFACTORY_ENV: "dev",
      }).variables({ OPENFACTORY_ROOT_PATH: "/my-app-1" }),
    ),
    identical(
      "Name of an NFS volume",
      "`nfs_<server>_<remote_path>`, with `_` for dots of the server and for slashes; with mount options `_` and the first 8 hex digits of the SHA-1 of the sorted options. A volume that one of the tools created serves the other.",
      all(
        volume(nfs("nas.example.com", "/srv/line"), "nfs_nas_example_com_srv_line"),
        volume(nfs("nas", "/srv", "soft, ro"), "nfs_nas_srv_3a53c159"),
        volume(nfs("nas", "/srv", "ro, soft"), "nfs_nas_srv_3a53c159"),
      ),
    ),
    better(
      "Two exports with one volume name",
      "`/srv/line_1` and `/srv/line/1` have one name. OpenFactory mounts whichever volume is there first; here it is an error that names both, also against a volume of the engine.",
      file(
        `apps:\n  a: {uuid: A1, image: x, ${nfs("nas", "/srv/line_1")}}\n  b: {uuid: B1, image: x, ${nfs("nas", "/srv/line/1")}}`,
        "",
      ).refused(/volume/),
    ),
    better(
      "`${NAME}`, `${NAME:-default}`",
      "As in OpenFactory, and Compose's other forms in braces. A variable that is not set and has no default is an error here, and empty text in OpenFactory. A value is never read as YAML here.",
      all(value("${B}-${C:-2}", "1-2", { B: "1" }), app("environment: ['A=${B}']").refused(/B is not set/)),
    ),
    notSupported(
      "A variable in a key",
      "OpenFactory replaces variables before it reads the YAML, and so in keys and comments, too. Here a variable in a key is an error, and comments are left alone.",
      all(
        file('# ${UNSET}\napps: {"${NAME}": {uuid: WEB, image: x}}', "web", { ...ENV, NAME: "web" }).refused(
          /variable/,
        ),
        file("# ${UNSET}\napps: {web: {uuid: WEB, image: x}}", "web").request({ name: "web" }),
      ),
    ),
    identical(
      "`$NAME` and `$$`",
      "Left as written, in values and for shells in the container.",
      all(value("pa$word", "pa$word"), value("$$B", "$$B", { B: "1" })),
    ),
    better("`$${`", "A literal `${`, which OpenFactory has no way to write.", value("$${B}", "${B}")),
    better(
      "`{{...}}` in a value",
      "Swarm expands it, and OpenFactory does not say so. Here it is an error on Swarm unless `templates` says whether it is a template or text. In `environment` of an adapter it is a template, as in OpenFactory.",
      all(
        validates(TEMPLATE, ["--platform", "swarm"], {}, ({ code }) => expect(code).not.toBe(0)),
        device(mtconnect({ adapter: "environment: ['N={{.Node.Hostname}}']" }), { role: "adapter" }).request({
          templates: "expand",
        }),
      ),
    ),
    identical(
      "Labels on Swarm",
      "On the service and on its containers.",
      app("labels: {team: north}").swarm({
        Labels: { team: "north" },
        TaskTemplate: { ContainerSpec: { Labels: { team: "north" } } },
      }),
    ),
    better(
      "`.ofaenv`",
      "OpenFactory reads it in the working directory. Here it is also read beside the file, and so is `.env`; the environment wins.",
      directory(
        { "app_a.yml": web("AA", "${IMAGE}"), ".ofaenv": "IMAGE=first:1\n" },
        ["app_a.yml"],
        {},
        { aa: "first:1" },
      ),
    ),
    better(
      "Files of a directory",
      "`app_*.yml` and `dev_*.yml`, recursively and sorted, as in OpenFactory, where each command reads one of them. Here `openfactory.yml` and the ending `.yaml` count, too. All files are checked before anything is deployed.",
      directory(
        { "app_a.yml": web("AA"), "line/app_b.yaml": web("BB"), "line/other.yml": web("CC") },
        ["."],
        {},
        { aa: "x", bb: "x" },
      ),
    ),
    better(
      "An app that is deployed already",
      "OpenFactory skips it, whatever has changed in its file. Here `up` updates it, and `plan` shows the changes before.",
      runs(TWO, ["up -f app_a.yml", "up -f app_a.yml"], ([first, second]) =>
        expect([first?.out, second?.out]).toEqual([
          expect.stringContaining("running"),
          expect.stringContaining("unchanged"),
        ]),
      ),
    ),
    better(
      "Services that `ofa` created",
      "`up` stops with `CONFLICT` and changes nothing. `ofdeploy adopt` takes ownership of them.",
      runs(
        TWO,
        ["up -f app_a.yml", "adopt -f app_a.yml demo", "up -f app_a.yml"],
        (ran) => expect(ran.map(({ code }) => code)).toEqual([5, 0, 0]),
        { existing: [{ name: "demo", image: "x" }] },
      ),
    ),
    better(
      "Removal of an app",
      "On local Docker, OpenFactory removes every container whose name begins with the app's name and `-`, so `demo` takes `demo-x` along. Here a name is exact, and only what the file owns is removed.",
      runs(TWO, ["up -f app_a.yml", "up -f app_b.yml", "down -f app_a.yml"], (_ran, services) =>
        expect(services).toEqual(["demo-x"]),
      ),
    ),
    better(
      "Removal of a device",
      "OpenFactory passes its strategies the name of a service where they expect an app, so removing a device fails. Here all of its services are removed.",
      runs(
        {
          "dev_a.yml": `devices: {press: {uuid: P1, connector: {type: mtconnect, agent: {ip: h, port: 1}}}}\n`,
          ".env": "OPENFACTORY_VERSION=v1\n",
        },
        ["up -f dev_a.yml --no-preflight", "down -f dev_a.yml"],
        ([up], services) => expect([up?.code, services]).toEqual([0, []]),
      ),
    ),
    better(
      "Devices on local Docker",
      "OpenFactory's local strategy requires `APP_UUID`, which services of devices do not have, and fails. Here they run.",
      device(mtconnect()).docker({ HostConfig: { PortBindings: { "5000/tcp": [{ HostPort: "2101" }] } } }),
    ),
    better(
      "Replicas on local Docker",
      "OpenFactory starts `<service>-1`, `<service>-2` and so on, with `APP_UUID` suffixed alike. Here that takes `--option emulateReplicas=true`; without it one container runs, and a warning says so, because an app that publishes ports or keeps files expects to be alone.",
      all(
        validates(REPLICAS, [], {}, ({ err }) => expect(err).toContain("mode: Runs 1 container")),
        validates(REPLICAS, ["--option", "emulateReplicas=true"], {}, ({ err }) => expect(err).not.toContain("mode")),
      ),
    ),
    better(
      "A failed deploy",
      "OpenFactory continues with the next app and keeps the created services. Here the run is rolled back, and the exit code says so.",
      runs(
        TWO,
        ["up -f app_a.yml -f app_b.yml"],
        ([up], services) => expect([up?.code === 0, services]).toEqual([false, []]),
        { processes: { "demo-x": { exitCode: 3 } } },
      ),
    ),
    identical(
      "Services of an MTConnect device",
      "`<uuid>-adapter`, `<uuid>-agent`, `<uuid>-producer`, lowercase, on the network `factory-net`, one replica each, with the limits above. Here each starts after the one before.",
      all(
        device(mtconnect()).services("press-01-adapter", "press-01-agent", "press-01-producer"),
        device(mtconnect()).request({ networks: ["factory-net"], mode: { Replicated: { Replicas: 1 } } }),
      ),
    ),
    identical(
      "Command of an agent",
      "It writes `device.xml` and `agent.cfg` of its variables and runs `mtcagent run agent.cfg`.",
      device(mtconnect()).request({
        command: [
          "sh",
          "-c",
          'printf "%b" "$XML_MODEL" > device.xml; printf "%b" "$AGENT_CFG_FILE" > agent.cfg; mtcagent run agent.cfg',
        ],
      }),
    ),
    better(
      "The network `factory-net`",
      "A file may declare it under `networks:`, and then it is created. OpenFactory expects that it exists.",
      file(
        `networks: {factory-net: {}}\ndevices: {press: {uuid: Press-01, connector: {type: mtconnect, agent: {ip: h, port: 1}}}}`,
        "press-01-producer",
      ).request({ networks: ["factory_factory-net"] }),
    ),
    notSupported(
      "Registration of OPC UA and SHDR devices",
      "OpenFactory passes them to its coordinators over Kafka. Here they are validated, no service is deployed, and the output says that they are registered elsewhere; an asset listener can register them.",
      device("type: shdr\nhost: h\nport: 1").device({ services: [] }),
    ),
    notSupported(
      "Registration of assets in Kafka and ksqlDB",
      "The deployment needs no Kafka. [Asset listeners](../../packages/core/README.md#write-an-asset-listener) receive every asset that was created, changed or removed, with its references, so that a package can register them.",
      device(mtconnect()).device({
        references: {
          agent: { uuid: "PRESS-01-AGENT", service: "press-01-agent" },
          producer: { uuid: "PRESS-01-PRODUCER", service: "press-01-producer" },
        },
      }),
    ),
    notSupported(
      "Registration of Prometheus targets in Kafka",
      "OpenFactory does this on local Docker only. Asset listeners receive `metrics`; the labels `openfactory.metrics.*` hold it.",
      app("metrics: {port: 9100}").labels({ "openfactory.metrics.port": "9100" }),
    ),
    notSupported(
      "Validation of `uns` against a UNS schema",
      "OpenFactory checks `uns` against the file that `OPENFACTORY_UNS_SCHEMA` names and adds the path. Here any keys are kept; an asset listener can check them.",
      app("uns: {any: {nested: 1}}").labels({ "openfactory.uns.any": '{"nested":1}' }),
    ),
    better(
      "Platforms of your own",
      "OpenFactory finds them by the entry-point group `openfactory.deployment_platforms`; here a package declares `openfactory.deploymentPlatforms` in its `package.json`. Connectors and asset listeners are declared alike.",
      hasCommand("platforms"),
    ),
    better(
      "The engine",
      "OpenFactory's Swarm strategy always uses the machine's own socket. Here the engine is found as the docker command finds it: `--host`, `DOCKER_HOST`, contexts, TLS and ssh.",
      hasCommand("up", "--host", "--context"),
    ),
  ],
};
