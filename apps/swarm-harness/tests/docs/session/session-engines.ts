import { cpSync } from "node:fs";
import { join } from "node:path";
import { shareSwarm } from "@openfactory/swarm-harness";
import { ensureTestImage, RawEngine, settings, startRegistry } from "@openfactory/test-engine";
import { tlsProxy } from "../../../../../packages/docker-engine/test/proxies.js";
import { sshServer } from "../../../../../packages/docker-engine/test/ssh-server.js";
import { testCertificates } from "../../../../../packages/docker-engine/test/test-certificates.js";
import { Outside } from "../../../../../tooling/pack-proof/src/outside.js";
import { linkPackages } from "../support/programs.js";
import type { Terminal } from "./terminal.js";

/** The image of the pages. The test engine's busybox has its name, so that no registry is needed. */
const IMAGE = "busybox:1.36";

/** What a session works on. */
export interface SessionEngine {
  /** Undefined if the page needs no engine. */
  readonly api?: RawEngine;
  readonly env: Readonly<Record<string, string>>;
  /** Texts of this machine, and what the page shows instead. */
  readonly shown: Readonly<Record<string, string>>;
  /** Addresses of the page, and those of this machine that are used instead. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Adds files to the home directory. */
  readonly prepare: (home: string) => void;
  readonly end: () => Promise<void>;
  /** Opens the terminal, such as one in a container. Default: one on this machine, with the command of the checkout. */
  readonly open?: (home: string, folder: string) => Promise<Terminal>;
}

/** Ends what a test has started. */
type OnEnd = (end: () => Promise<void> | void) => void;

/** An engine, a swarm of three nodes, or npm alone. */
async function useBase(kind: string, onEnd: OnEnd): Promise<Omit<SessionEngine, "prepare" | "end">> {
  if (kind === "npm") return usePackedPackages(onEnd);
  const host = process.env.DOCKER_HOST ?? "";
  const api = new RawEngine(host);
  const created = await ensureTestImage(api, IMAGE);
  // The private engine keeps its images. Another session may use this one.
  const isPrivate = host.includes(settings().run);
  if (created && !isPrivate) onEnd(async () => void (await api.request("DELETE", `/images/${IMAGE}`)));
  const { dir, data } = settings();
  const directory = { [data]: "/var/lib", [dir]: "/var" };
  if (kind === "engine") {
    return {
      api,
      env: { DOCKER_HOST: host },
      shown: { [host]: "unix:///var/run/docker.sock", ...directory },
      addresses: {},
    };
  }
  const swarm = await shareSwarm({ images: [IMAGE] });
  onEnd(() => swarm.down());
  const { host: manager, address } = swarm.managers[0] ?? swarm.nodes[0]!;
  return {
    api: new RawEngine(manager),
    env: { DOCKER_HOST: manager, GATEWAY: swarm.gateway },
    shown: { [manager]: "ssh://me@manager-1", [address]: "manager-1", ...directory },
    addresses: {},
  };
}

/** npm, with the packages of this repository as they would be published. Answers all questions of npm. */
async function usePackedPackages(onEnd: OnEnd): Promise<Omit<SessionEngine, "prepare" | "end">> {
  const outside = await Outside.create();
  onEnd(() => outside.close());
  const env = Object.entries(outside.environment).filter((entry): entry is [string, string] => entry[1] !== undefined);
  // npm gets packages without this scope from its own registry.
  const addresses = { "ofdeploy ../rack": `${outside.tarball("ofdeploy")} ../rack` };
  return { env: Object.fromEntries(env), shown: {}, addresses };
}

/** What a page needs besides an engine, by the words of its comment: `<!-- session: swarm with registry -->`. */
const EXTRAS: Record<string, (engine: SessionEngine, onEnd: OnEnd) => Promise<Partial<SessionEngine>>> = {
  /** A registry with an account and the image `shop/web:1.0`. */
  async registry({ api = new RawEngine(""), env }, onEnd) {
    const registry = await startRegistry({ auth: true, ...(env.GATEWAY && { address: env.GATEWAY }) });
    onEnd(() => registry.stop());
    await registry.push(api, IMAGE, "shop/web:1.0");
    return { addresses: { "registry.plant": registry.host } };
  },
  /** The engine behind SSH, and not elsewhere. */
  async ssh({ env: { DOCKER_HOST = "" } }) {
    const { address, env } = await sshServer();
    const host = `ssh://${address}${DOCKER_HOST.slice("unix://".length)}`;
    return { env: { PATH: env.PATH ?? "" }, addresses: { "ssh://me@factory-1": host } };
  },
  /** The engine behind TLS, with the files of a client in `certs`. */
  async tls({ env: { DOCKER_HOST = "" } }) {
    const certificates = await testCertificates();
    const port = await tlsProxy(DOCKER_HOST.slice("unix://".length), certificates);
    return {
      addresses: { "tcp://factory-1:2376": `tcp://127.0.0.1:${port}` },
      prepare: (home) => {
        for (const file of ["ca.pem", "cert.pem", "key.pem"])
          cpSync(join(certificates.clientDirectory, file), join(home, "certs", file));
      },
    };
  },
  /** The packages of this repository, as after `npm install`. */
  packages: () => Promise.resolve({ prepare: linkPackages }),
};

/** Starts what a page needs. @param words such as `["swarm", "registry"]` */
export async function startSessionEngine([kind = "engine", ...extras]: readonly string[]): Promise<SessionEngine> {
  const ends: (() => Promise<void> | void)[] = [];
  const onEnd: OnEnd = (end) => void ends.unshift(end);
  const end = async (): Promise<void> => {
    for (const each of ends) await each();
  };
  try {
    const prepares: ((home: string) => void)[] = [];
    const prepare = (home: string): void => prepares.forEach((each) => each(home));
    let engine: SessionEngine = { ...(await useBase(kind, onEnd)), prepare, end };
    for (const name of extras) {
      const extra = await EXTRAS[name]?.(engine, onEnd);
      if (extra === undefined) throw new Error(`A session can't be with ${name}.`);
      if (extra.prepare) prepares.push(extra.prepare);
      const { DOCKER_HOST: _, ...others } = engine.env;
      engine = {
        ...engine,
        env: { ...(["ssh", "tls"].includes(name) ? others : engine.env), ...extra.env },
        addresses: { ...engine.addresses, ...extra.addresses },
      };
    }
    return engine;
  } catch (error) {
    await end();
    throw error;
  }
}
