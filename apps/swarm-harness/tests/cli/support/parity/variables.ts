import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "vitest";
import { added, all, better, type Check, identical, notSupported, type ParityTable } from "./case.js";
import { choosesPlatform } from "./command-checks.js";
import { app, device, ENV, mtconnect } from "./sample.js";

const DEV = { ...ENV, OPENFACTORY_ENV: "dev" };
const { KAFKA_BROKER: _broker, ...WITHOUT_BROKER } = ENV;
const { OPENFACTORY_VERSION: _version, ...WITHOUT_VERSION } = ENV;
const { OPENFACTORY_BASE_DOMAIN: _domain, ...WITHOUT_DOMAIN } = ENV;
const routed = "routing: {expose: true, port: 8000}";
const nfs = "storage: {data: {type: nfs, server: nas, remote_path: /srv, mount_point: /data}}";
const local = "storage: {data: {type: local, local_path: /srv/data, mount_point: /data}}";
const onSwarm = (entry: string): Check =>
  app("deploy: {replicas: 3}").swarm({ TaskTemplate: { ContainerSpec: { Env: expect.arrayContaining([entry]) } } });
const text = (part: string) => expect.stringContaining(part) as never as string;

/** Reads a model from `github://`, with a server in place of GitHub that receives the token. */
const fromGithub: Check = async () => {
  const asked: unknown[] = [];
  const server = createServer(({ url, headers }, response) => {
    asked.push([url, headers.authorization]);
    response.end("<MTConnectDevices/>");
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    const { port } = server.address() as AddressInfo;
    const env = { ...ENV, GITHUB_TOKEN: "t0ken", OPENFACTORY_GITHUB_RAW_URL: `http://127.0.0.1:${port}` };
    await device(mtconnect({ xml: "github://plant:models@v1/press.xml" }), { env }).variables({
      XML_MODEL: "<MTConnectDevices/>",
    })();
    expect(asked).toEqual([["/plant/models/v1/press.xml", "Bearer t0ken"]]);
  } finally {
    server.close();
  }
};

/** Variables that services get. */
export const setVariables: ParityTable = {
  id: "set-variables",
  heading: "variable of a service",
  cases: [
    identical(
      "APP_UUID",
      "The `uuid` as written. An own value of the app is an error here, unless it is the same.",
      all(app().variables({ APP_UUID: "Demo_App" }), app("environment: [APP_UUID=other]").refused(/APP_UUID/)),
    ),
    identical("DOCKER_SERVICE", "The name of the service.", app().variables({ DOCKER_SERVICE: "demo_app" })),
    better(
      ["KAFKA_BROKER", "KSQLDB_URL", "ASSET_ROUTER_URL"],
      "As set in the environment or an env file. If one is not set, OpenFactory gives the app the text `None`; here the variable is left out. An own value of the app wins.",
      all(
        app().variables({
          KAFKA_BROKER: "broker:9092",
          KSQLDB_URL: "http://ksqldb:8088",
          ASSET_ROUTER_URL: "nats://router:4222",
        }),
        app("", WITHOUT_BROKER).variables({ KAFKA_BROKER: undefined }),
        app("environment: [KAFKA_BROKER=own:9092]").variables({ KAFKA_BROKER: "own:9092" }),
      ),
    ),
    identical(
      "OPENFACTORY_LOG_BACKEND",
      "As set in the environment or an env file, else `text`.",
      all(
        app().variables({ OPENFACTORY_LOG_BACKEND: "text" }),
        app("", { ...ENV, OPENFACTORY_LOG_BACKEND: "loki" }).variables({ OPENFACTORY_LOG_BACKEND: "loki" }),
      ),
    ),
    identical(
      "KSQLDB_LOG_LEVEL",
      "`WARNING`, unless the app sets it.",
      all(
        app().variables({ KSQLDB_LOG_LEVEL: "WARNING" }),
        app("environment: [KSQLDB_LOG_LEVEL=INFO]").variables({ KSQLDB_LOG_LEVEL: "INFO" }),
      ),
    ),
    identical(
      "PORT",
      "`routing.port`, whether the app is exposed or not. An own `PORT` next to `routing` is an error; here the whole run stops before it changes anything.",
      all(
        app("routing: {port: 8000}").variables({ PORT: "8000" }),
        app().variables({ PORT: undefined }),
        app("routing: {port: 8000}\nenvironment: [PORT=1]").refused(/PORT can't be set/),
      ),
    ),
    identical(
      "OPENFACTORY_ROOT_PATH",
      "With `OPENFACTORY_ENV=dev` and `routing`: `/` and the normalized uuid.",
      all(
        app(routed, DEV).variables({ OPENFACTORY_ROOT_PATH: "/demo-app" }),
        app(routed).variables({ OPENFACTORY_ROOT_PATH: undefined }),
      ),
    ),
    identical(
      "STORAGE",
      "With `storage`: JSON by the storage's name, of the keys that OpenFactory's application framework reads.",
      app(nfs).variables({
        STORAGE: '{"data": {"type": "nfs", "server": "nas", "remote_path": "/srv", "mount_point": "/data"}}',
      }),
    ),
    better(
      "`STORAGE` of local storage",
      "OpenFactory gives the app the host's `local_path`, which the framework looks for inside the container and does not find. Here it is the mount point. `type: volume` looks the same to the app.",
      app(local).variables({ STORAGE: '{"data": {"type": "local", "local_path": "/data", "mount_point": "/data"}}' }),
    ),
    identical(
      ["SWARM_TASK_SLOT", "SWARM_TASK_ID", "SWARM_SERVICE_NAME", "SWARM_NODE_HOSTNAME"],
      "On Swarm, of apps. OpenFactory also sets them for the services of a device, which do not read them.",
      all(
        onSwarm("SWARM_TASK_SLOT={{.Task.Slot}}"),
        onSwarm("SWARM_TASK_ID={{.Task.ID}}"),
        onSwarm("SWARM_SERVICE_NAME={{.Service.Name}}"),
        onSwarm("SWARM_NODE_HOSTNAME={{.Node.Hostname}}"),
      ),
    ),
    better("SWARM_REPLICAS", "The number of replicas. Here it follows `ofdeploy scale`.", onSwarm("SWARM_REPLICAS=3")),
    identical(
      ["MTC_AGENT_UUID", "ADAPTER_UUID", "ADAPTER_IP", "ADAPTER_PORT"],
      "Of a device's agent.",
      device(mtconnect()).variables({
        MTC_AGENT_UUID: "PRESS-01-AGENT",
        ADAPTER_UUID: "PRESS-01",
        ADAPTER_IP: "press-01-adapter",
        ADAPTER_PORT: "7878",
      }),
    ),
    better(
      "XML_MODEL",
      "The device model. The agent's command writes it with `printf %b`, which changes backslashes; here they are escaped, and so is `{{`, which Swarm would expand. A model of more than 128 KiB, which Linux does not take as one variable, continues in `XML_MODEL_2` and so on; one of more than 512 KiB is an error.",
      device(mtconnect()).variables({ XML_MODEL: text("<MTConnectDevices ") }),
    ),
    better(
      "AGENT_CFG_FILE",
      "The agent's configuration, which is our own. Port, schema version and the permission to write are those of OpenFactory; the log goes to standard output, where `ofdeploy logs` reads it.",
      device(mtconnect()).variables({ AGENT_CFG_FILE: text("Port = 5000\n") }),
    ),
    identical(
      "KAFKA_PRODUCER_UUID",
      "Of a device's producer.",
      device(mtconnect(), { role: "producer" }).variables({ KAFKA_PRODUCER_UUID: "PRESS-01-PRODUCER" }),
    ),
    identical(
      "MTC_AGENT",
      "The address of the agent, for the producer.",
      device(mtconnect(), { role: "producer" }).variables({ MTC_AGENT: "http://press-01-agent:5000" }),
    ),
    notSupported(
      "OPENFACTORY_TEXT_LOG_DIRECTORY",
      "OpenFactory passes it on if its configuration has it, and its configuration does not. Write it in `environment`.",
      app("", { ...ENV, OPENFACTORY_TEXT_LOG_DIRECTORY: "/logs" }).variables({
        OPENFACTORY_TEXT_LOG_DIRECTORY: undefined,
      }),
    ),
  ],
};

/** Variables that are read where `ofdeploy` runs. */
export const readVariables: ParityTable = {
  id: "read-variables",
  heading: "variable that is read",
  cases: [
    better(
      "DEPLOYMENT_PLATFORM",
      "The name of the platform, in the environment or in `.ofaenv` in the working directory. The default is `docker` here, and `swarm` in OpenFactory: `ofdeploy` works on any engine. If the engine is an active Swarm manager and no platform was chosen, `up` prints a line about it. `--platform` wins.",
      all(
        choosesPlatform({}, "docker"),
        choosesPlatform({ DEPLOYMENT_PLATFORM: "swarm" }, "swarm"),
        choosesPlatform({}, "swarm", "DEPLOYMENT_PLATFORM=swarm\n"),
      ),
    ),
    better(
      "OPENFACTORY_BASE_DOMAIN",
      "The domain of exposed apps and agents. If it is not set, OpenFactory routes the host `<uuid>.None`; here `routing.hostname` is the full host name, an app without one is an error, and an agent gets no labels.",
      all(
        app(routed, WITHOUT_DOMAIN).refused(/OPENFACTORY_BASE_DOMAIN is not set/),
        app("routing: {expose: true, port: 8000, hostname: press.example.com}", WITHOUT_DOMAIN).labels({
          "traefik.http.routers.ofa-demo-app.rule": "Host(`press.example.com`)",
        }),
        device(mtconnect(), { env: WITHOUT_DOMAIN }).labels({ "traefik.enable": undefined }),
      ),
    ),
    identical(
      "OPENFACTORY_ENV",
      "`dev` adds the second router and `OPENFACTORY_ROOT_PATH`.",
      app(routed, DEV).labels({ "traefik.http.routers.ofa-demo-app-external.entrypoints": "web" }),
    ),
    better(
      "OPENFACTORY_VERSION",
      "The version of the producer's image, and of files that name it. OpenFactory overwrites it with the version of its own package, or with `latest` if `OPENFACTORY_ENV=dev`. Here it is what you set; `latest` is the default if `OPENFACTORY_ENV=dev`. Without it, a device is an error.",
      all(
        device(mtconnect(), { role: "producer" }).request({ image: "ghcr.io/openfactoryio/kafka-mtc-producer:v1.2.3" }),
        device(mtconnect(), { role: "producer", env: { ...WITHOUT_VERSION, OPENFACTORY_ENV: "dev" } }).request({
          image: "ghcr.io/openfactoryio/kafka-mtc-producer:latest",
        }),
        device(mtconnect(), { env: WITHOUT_VERSION }).refused(/OPENFACTORY_VERSION/),
      ),
    ),
    better(
      ["MTCONNECT_AGENT_IMAGE", "MTCONNECT_PRODUCER_IMAGE"],
      "The images of agent and producer. They are fixed in OpenFactory's package; here these variables name others, such as those of a mirror. The defaults are OpenFactory's.",
      all(
        device(mtconnect()).request({ image: "ghcr.io/openfactoryio/mtcagent:v2.5.0.11" }),
        device(mtconnect(), { env: { ...ENV, MTCONNECT_AGENT_IMAGE: "mirror/agent:1" } }).request({
          image: "mirror/agent:1",
        }),
        device(mtconnect(), {
          role: "producer",
          env: { ...ENV, MTCONNECT_PRODUCER_IMAGE: "mirror/producer:1" },
        }).request({ image: "mirror/producer:1" }),
      ),
    ),
    better("GITHUB_TOKEN", "Sent for `github://`. OpenFactory reads tokens from a file of its own.", fromGithub),
    added("OPENFACTORY_GITHUB_RAW_URL", "A mirror of GitHub's raw files.", fromGithub),
    identical(
      "OPENFACTORY_NETWORK",
      "Fixed in both: the services of a device join `factory-net`.",
      device(mtconnect(), { env: { ...ENV, OPENFACTORY_NETWORK: "other" } }).request({ networks: ["factory-net"] }),
    ),
    notSupported(
      [
        "OPENFACTORY_LOG_LEVEL",
        "KAFKA_LOG_LEVEL",
        "OPENFACTORY_USER",
        "OPENFACTORY_MANAGER_NODE_DOCKER_URL",
        "MTCONNECT_AGENT_CFG_FILE",
      ],
      "Fixed settings of OpenFactory's package, which read no environment. Use `--host` or `DOCKER_HOST` for another engine.",
      app("", { ...ENV, OPENFACTORY_LOG_LEVEL: "DEBUG" }).variables({ OPENFACTORY_LOG_LEVEL: undefined }),
    ),
    notSupported(
      "OPENFACTORY_UNS_SCHEMA",
      "No file is read from it: see [rules](#rules).",
      app("uns: {any: thing}", { ...ENV, OPENFACTORY_UNS_SCHEMA: "/no/such/file" }).labels({
        "openfactory.uns.any": "thing",
      }),
    ),
  ],
};
