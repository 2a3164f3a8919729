import { lstatSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestEngineError } from "./test-engine-error.js";

/** Where everything of the private engine lives; outside the checkout, and one for each user of the machine. */
export interface Settings {
  /** The folder that holds the rest. `OPENFACTORY_TEST_DIR`, default `<tmp>/openfactory-deploy-<uid>`. */
  readonly dir: string;
  /** Sockets, process ids, locks and leases. Short, since a socket's path is at most 107 bytes long. */
  readonly run: string;
  /** The engine's data root. Kept between runs, so that images are built once. */
  readonly data: string;
  /** Unpacked packages and images of nodes as tarballs. Kept between runs. */
  readonly cache: string;
  /** May Debian packages be installed? `OPENFACTORY_TEST_INSTALL=0` says no. */
  readonly mayInstall: boolean;
  /** Is an engine that runs already passed over? `OPENFACTORY_TEST_PRIVATE=1` says yes. */
  readonly alwaysPrivate: boolean;
}

/**
 * The settings as the environment gives them; makes the folder, for this user alone.
 * @throws TestEngineError when the folder belongs to somebody else
 */
export function settings(env: NodeJS.ProcessEnv = process.env): Settings {
  const uid = process.getuid?.() ?? 0;
  const dir = env.OPENFACTORY_TEST_DIR ?? join(tmpdir(), `openfactory-deploy-${uid}`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const found = lstatSync(dir);
  if (!found.isDirectory() || (process.getuid && found.uid !== uid)) {
    throw new TestEngineError(`${dir} is not a folder of this user: name another one in OPENFACTORY_TEST_DIR.`);
  }
  const paths = { run: join(dir, "run"), data: join(dir, "data"), cache: join(dir, "cache") };
  for (const path of Object.values(paths)) mkdirSync(path, { recursive: true });
  return {
    dir,
    ...paths,
    mayInstall: env.OPENFACTORY_TEST_INSTALL !== "0",
    alwaysPrivate: env.OPENFACTORY_TEST_PRIVATE === "1",
  };
}
