import { lstatSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestEngineError } from "./errors-and-log.js";

/** The folders of the private engine, outside of the checkout, one for each user of the machine. */
export interface Settings {
  /** The parent folder. `OPENFACTORY_TEST_DIR`, default `<tmp>/openfactory-deploy-<uid>`. */
  readonly dir: string;
  /** Sockets, process ids, locks and leases. Short, since a socket's path is at most 107 bytes long. */
  readonly run: string;
  /** The engine's data root. Kept between runs, so that images are built once. */
  readonly data: string;
  /** Unpacked packages, and tarballs of node images. Kept between runs. */
  readonly cache: string;
  /** Whether Debian packages may be installed. `OPENFACTORY_TEST_INSTALL=0` means no. */
  readonly mayInstall: boolean;
  /** Whether existing engines are ignored. `OPENFACTORY_TEST_PRIVATE=1` means yes. */
  readonly alwaysPrivate: boolean;
}

/**
 * The settings of the environment. Creates the folder, with access for this user only.
 * @throws TestEngineError if the folder belongs to another user
 */
export function settings(env: NodeJS.ProcessEnv = process.env): Settings {
  const uid = process.getuid?.() ?? 0;
  const dir = env.OPENFACTORY_TEST_DIR ?? join(tmpdir(), `openfactory-deploy-${uid}`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const found = lstatSync(dir);
  if (!found.isDirectory() || (process.getuid && found.uid !== uid)) {
    throw new TestEngineError(`${dir} is not a folder of this user. Set OPENFACTORY_TEST_DIR to another folder.`);
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
