import { throwIfAborted } from "@openfactory/deploy-core";
import { must } from "./commands.js";
import { type Host } from "./host.js";

/** Where the strategy keeps its files on the node. */
export interface Folders {
  /** Where Quadlet reads units. */
  readonly units: string;
  /** The environment files and previous versions, readable by root only. */
  readonly state: string;
  /** The locks of running operations. */
  readonly locks: string;
}

export const DEFAULT_FOLDERS: Folders = {
  units: "/etc/containers/systemd",
  state: "/var/lib/openfactory-quadlet",
  locks: "/run/openfactory-quadlet",
};

/** A file to write. */
export interface FileToWrite {
  readonly path: string;
  readonly content: string;
  /** Default 0600. */
  readonly mode?: "0600" | "0644";
}

// The scripts are constant: paths are arguments, and contents come through stdin.

/** Prints the time, then each existing file as `<base64> <path>`. A directory stands for the files in it. */
const READ = `date +now:%s%6N
for path; do
  for file in "$path" "$path"/*; do
    if [ -f "$file" ]; then printf '%s %s\\n' "$(base64 -w0 < "$file")" "$file"; fi
  done
done`;

/** Reads \`<mode> <path> <base64>\`. Each file is complete when its name appears, and is on the disk. */
const WRITE = `set -e
umask 077
while read -r mode path content; do
  mkdir -p "$(dirname "$path")"
  printf %s "$content" | base64 -d > "$path.new"
  chmod "$mode" "$path.new"
  mv -f "$path.new" "$path"
done
sync -f "$1"`;

const LOCK = `mkdir -p "$1" && exec flock "$1/$2" sh -c 'echo locked; exec cat > /dev/null'`;

/** The files of a node, at one time. */
export interface FilesAtTime {
  /** Microseconds since 1970, on the node's clock. */
  readonly now: number;
  /** Contents by path. */
  readonly files: ReadonlyMap<string, string>;
}

/** Reads files, and the files in directories. Missing ones are left out. */
export async function readFiles(host: Host, paths: readonly string[], signal?: AbortSignal): Promise<FilesAtTime> {
  const output = await must(host, ["sh", "-c", READ, "sh", ...paths], { signal });
  const [first = "", ...lines] = output.trimEnd().split("\n");
  const files = lines.filter(Boolean).map((line) => {
    const space = line.indexOf(" ");
    return [line.slice(space + 1), Buffer.from(line.slice(0, space), "base64").toString("utf8")] as const;
  });
  return { now: Number(first.replace("now:", "")), files: new Map(files) };
}

/** Writes files in sequence, so that a file can refer to those before it. */
export async function writeFiles(host: Host, files: readonly FileToWrite[]): Promise<void> {
  const lines = files.map(
    ({ path, content, mode = "0600" }) => `${mode} ${path} ${Buffer.from(content).toString("base64")}\n`,
  );
  await must(host, ["sh", "-c", WRITE, "sh", files.at(-1)?.path ?? "/"], { stdin: lines.join("") });
}

/** Removes files and directories. Missing ones are no error. */
export const removeFiles = async (host: Host, paths: readonly string[]): Promise<void> =>
  void (await must(host, ["rm", "-rf", "--", ...paths]));

/**
 * Runs work while this process alone holds the lock. The kernel releases it when this process ends, even if it is killed.
 * @param name letters, digits, `-` and `_`.
 */
export async function withLock<Result>(
  host: Host,
  { locks }: Folders,
  name: string,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  const command = host.start(["sh", "-c", LOCK, "sh", locks, name]);
  const release = () => command.stdin.end();
  const kill = () => (release(), command.kill());
  signal?.addEventListener("abort", kill, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      command.stdout.once("data", () => resolve());
      command.ended.then(() => reject(new Error(`The lock of ${name} could not be acquired.`)), reject);
    })
      .finally(() => signal?.removeEventListener("abort", kill))
      .catch((error: unknown) => {
        throwIfAborted(signal);
        throw error;
      });
    return await work();
  } finally {
    release();
    await command.ended.catch(() => undefined);
  }
}
