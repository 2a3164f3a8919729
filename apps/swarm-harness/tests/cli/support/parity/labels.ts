import { added, all, better, type Check, identical, type ParityTable } from "./case.js";
import { app, device, ENV, mtconnect } from "./sample.js";

const DEV = { ...ENV, OPENFACTORY_ENV: "dev" };
const routed = "routing: {expose: true, port: 8000}";
const ROUTER = "traefik.http.routers.ofa-demo-app";
const label = (name: string, value: string, env = ENV): Check => app(routed, env).labels({ [name]: value });

const AGENT = "traefik.http.routers.press-01-agent";

/** Labels of apps and devices. `<name>` is `ofa-` and the normalized uuid, `<agent>` the service of an agent. */
export const labels: ParityTable = {
  id: "labels",
  heading: "label",
  cases: [
    identical(
      "traefik.enable",
      "`true`, of an exposed app and of an agent.",
      all(label("traefik.enable", "true"), device(mtconnect()).labels({ "traefik.enable": "true" })),
    ),
    identical("traefik.http.routers.<name>.service", "`<name>`.", label(`${ROUTER}.service`, "ofa-demo-app")),
    identical(
      "traefik.http.routers.<name>.rule",
      "``Host(`<normalized uuid>.<domain>`)``, and `` || Host(`<normalized hostname>.<domain>`)`` if that is another name.",
      all(
        label(`${ROUTER}.rule`, "Host(`demo-app.factory.test`)"),
        app("routing: {expose: true, port: 8000, hostname: demo_app}").labels({
          [`${ROUTER}.rule`]: "Host(`demo-app.factory.test`)",
        }),
      ),
    ),
    identical("traefik.http.routers.<name>.entrypoints", "`web`.", label(`${ROUTER}.entrypoints`, "web")),
    identical(
      "traefik.http.services.<name>.loadbalancer.server.port",
      "`routing.port`.",
      label("traefik.http.services.ofa-demo-app.loadbalancer.server.port", "8000"),
    ),
    identical(
      [
        "traefik.http.routers.<name>-external.rule",
        "traefik.http.routers.<name>-external.entrypoints",
        "traefik.http.routers.<name>-external.service",
        "traefik.http.routers.<name>-external.middlewares",
      ],
      "With `OPENFACTORY_ENV=dev`: the path `/<normalized uuid>` on localhost.",
      all(
        label(`${ROUTER}-external.rule`, "Host(`localhost`) && PathPrefix(`/demo-app`)", DEV),
        label(`${ROUTER}-external.entrypoints`, "web", DEV),
        label(`${ROUTER}-external.service`, "ofa-demo-app", DEV),
        label(`${ROUTER}-external.middlewares`, "ofa-demo-app-slash,ofa-demo-app-strip", DEV),
      ),
    ),
    identical(
      [
        "traefik.http.middlewares.<name>-strip.stripprefix.prefixes",
        "traefik.http.middlewares.<name>-slash.redirectregex.regex",
        "traefik.http.middlewares.<name>-slash.redirectregex.replacement",
      ],
      "With `OPENFACTORY_ENV=dev`: the middlewares of that router.",
      all(
        label("traefik.http.middlewares.ofa-demo-app-strip.stripprefix.prefixes", "/demo-app", DEV),
        label("traefik.http.middlewares.ofa-demo-app-slash.redirectregex.regex", "^(/demo-app)(\\?.*)?$", DEV),
        label("traefik.http.middlewares.ofa-demo-app-slash.redirectregex.replacement", "${1}/${2}", DEV),
      ),
    ),
    identical(
      [
        "traefik.http.routers.<agent>.rule",
        "traefik.http.routers.<agent>.entrypoints",
        "traefik.http.services.<agent>.loadbalancer.server.port",
      ],
      "``Host(`<uuid>.agent.<domain>`)`` with the lowercase uuid, `web`, and 5000.",
      device(mtconnect()).labels({
        [`${AGENT}.rule`]: "Host(`press-01.agent.factory.test`)",
        [`${AGENT}.entrypoints`]: "web",
        "traefik.http.services.press-01-agent.loadbalancer.server.port": "5000",
      }),
    ),
    better(
      "a name of more than 63 characters",
      "OpenFactory stops at it without naming the file. Here it is an error with file, line and column.",
      app(`routing: {expose: true, port: 8000, hostname: ${"a".repeat(64)}}`).refused(/^5:5 .*63/),
    ),
    added(
      "openfactory.uns.<key>",
      "A key of `uns`. OpenFactory keeps `uns` in Kafka only.",
      app("uns: {area: north}").labels({ "openfactory.uns.area": "north" }),
    ),
    added(
      ["openfactory.metrics.port", "openfactory.metrics.path"],
      "`metrics`.",
      app("metrics: {port: 9100}").labels({ "openfactory.metrics.path": "/metrics" }),
    ),
  ],
};
