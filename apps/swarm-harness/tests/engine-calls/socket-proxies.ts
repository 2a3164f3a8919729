import { allowedCalls, byPath, changes, TABLE } from "./table.mjs";

export const PLATFORMS = ["docker", "swarm"] as const;
type Platform = (typeof PLATFORMS)[number];

/** The commands that make only read calls. */
export const READ_COMMANDS = Object.keys(TABLE.commands).filter((command) => !changes(command));

/** The calls of the commands that change nothing. */
const readCalls = (platform: Platform): string[] =>
  [...new Set(READ_COMMANDS.flatMap((command) => allowedCalls(command, platform)))].sort(byPath);

/** What the proxies answer to every other call, as an engine would: status 403 and this text. */
export const REFUSAL = "This address of the engine is read-only: its proxy forbids the call";
const ANSWER = JSON.stringify({ message: REFUSAL });

const VERSION = String.raw`(/v1\.[0-9]+)?`;
/** A name or an id; `..` is neither. */
const NAME = "[A-Za-z0-9][A-Za-z0-9_.-]*";
/** Of an image: parts with slashes, a tag and a digest. The command escapes `:` and `@`. */
const IMAGE = `${NAME}((/|:|@|%3A|%40)${NAME})*`;

/** A call as a method and a regular expression of the path, without the anchors. Valid for PCRE and RE2. */
function patternOf(call: string): { method: string; path: string } {
  const [method = "", path = ""] = call.split(" ");
  const escaped = path.replaceAll(".", String.raw`\.`);
  return { method, path: escaped.replace("{id}", NAME).replace("{name}", IMAGE) };
}

const patterns = (platform: Platform) => readCalls(platform).map(patternOf);

const header = (platform: Platform, use: string): string =>
  [
    `A read-only address of a Docker Engine for ofdeploy, platform ${platform}. Written by a test: npm run docs:update.`,
    `Allows ${READ_COMMANDS.join(", ")}. Everything that changes something gets status 403.`,
    use,
  ]
    .map((line) => `# ${line}\n`)
    .join("");

const haproxy = (
  platform: Platform,
): string => `${header(platform, "haproxy -f haproxy.cfg, as a user who may open the engine's socket")}
global
    log stdout format raw local0

defaults
    mode http
    log global
    option httplog
    timeout connect 10s
    # Logs and events may be silent for a long time.
    timeout client 24h
    timeout server 24h

frontend read-only
    bind /run/docker-read-only.sock mode 660
${patterns(platform)
  .map(({ method, path }) => `    http-request allow if { method ${method} } { path -m reg '^${VERSION}${path}$' }`)
  .join("\n")}
    http-request deny status 403 content-type application/json string '${ANSWER}'
    default_backend engine

backend engine
    server engine unix@/var/run/docker.sock
`;

const nginx = (
  platform: Platform,
): string => `${header(platform, "nginx -c $PWD/nginx.conf, as a user who may open the engine's socket")}
pid /run/docker-read-only.pid;

events {}

http {
    access_log off;

    map "$request_method $uri" $is_read {
        default 0;
${patterns(platform)
  .map(({ method, path }) => `        "~^${method} ${VERSION}${path}$" 1;`)
  .join("\n")}
    }

    upstream engine {
        server unix:/var/run/docker.sock;
    }

    server {
        listen unix:/run/docker-read-only.sock;
        default_type application/json;

        location / {
            if ($is_read = 0) {
                return 403 '${ANSWER}';
            }
            proxy_pass http://engine;
            proxy_http_version 1.1;
            proxy_set_header Host docker;
            # Logs and events are streams, and may be silent for a long time.
            proxy_buffering off;
            proxy_read_timeout 24h;
        }
    }
}
`;

/** Of github.com/wollomatic/socket-proxy, which adds the anchors. In Compose files, a dollar sign is written twice. */
function socketProxy(platform: Platform): string {
  const byMethod = Map.groupBy(patterns(platform), ({ method }) => method);
  const options = [...byMethod].map(
    ([method, calls]) => `      - "-allow${method}=${VERSION}(${calls.map(({ path }) => path).join("|")})"`,
  );
  return `${header(platform, "docker compose -f socket-proxy.compose.yaml up -d, with DOCKER_GID=$(stat -c %g /var/run/docker.sock)")}
services:
  socket-proxy:
    image: wollomatic/socket-proxy:1
    user: "65534:\${DOCKER_GID}"
    read_only: true
    cap_drop: [ALL]
    security_opt: [no-new-privileges]
    restart: unless-stopped
    command:
      - "-listenip=0.0.0.0"
      - "-allowfrom=0.0.0.0/0"
${options.join("\n").replaceAll("\\", "\\\\")}
    ports: ["127.0.0.1:2375:2375"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
`;
}

/** Of github.com/Tecnativa/docker-socket-proxy, which allows whole groups of endpoints. */
function tecnativa(platform: Platform): string {
  const groups = readCalls(platform).map((call) => call.split("/")[1]?.replace("_", "").toUpperCase() ?? "");
  const hasLogs = readCalls(platform).includes("GET /containers/{id}/logs");
  const names = [...new Set([...groups, ...(hasLogs ? ["ALLOW_LOGS"] : [])])].sort();
  return `${header(platform, "docker run --env-file tecnativa.env ... tecnativa/docker-socket-proxy; it also allows reads that no command makes")}
POST=0
${names.map((name) => `${name}=1`).join("\n")}
`;
}

/** The configuration files of proxies, by path from the root of the repository. */
export const proxyFiles: Readonly<Record<string, () => string>> = Object.fromEntries(
  PLATFORMS.flatMap((platform) => {
    const files = {
      "haproxy.cfg": haproxy,
      "nginx.conf": nginx,
      "socket-proxy.compose.yaml": socketProxy,
      "tecnativa.env": tecnativa,
    };
    return Object.entries(files).map(([name, write]) => [
      `docs/how-to/least-privilege/${platform}/${name}`,
      () => write(platform),
    ]);
  }),
);
