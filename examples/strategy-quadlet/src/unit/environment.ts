/** How the variables of a service reach its process, without becoming arguments or part of a unit file. */
export interface Environment {
  /** The content of the file for Podman's `--env-file`: one variable a line. */
  readonly file: string;
  /** The names of the variables that Podman takes over from its own environment, since their values have several lines. */
  readonly inherited: readonly string[];
  /** The content of the file for systemd's `EnvironmentFile=`, with the inherited variables. */
  readonly inheritedFile: string;
}

/** The longest line that Podman reads (bufio.MaxScanTokenSize), with room for its line break. */
const MAX_LINE = 65_000;

/** Podman would be changed by these variables, since inherited variables are part of its environment. */
const OF_PODMAN =
  /^(?:PATH|HOME|USER|SHELL|TMPDIR|NOTIFY_SOCKET)$|^(?:OPENFACTORY_|LD_|GO|XDG_|CONTAINER|PODMAN|STORAGE_|BUILDAH_|REGISTR|DBUS_|LISTEN_|SYSTEMD_)|_PROXY$/i;

const split = (entry: string): [name: string, value: string] => {
  const equals = entry.indexOf("=");
  return [entry.slice(0, equals), entry.slice(equals + 1)];
};

/** Podman reads lines, and removes a carriage return at their end. */
const needsSeveralLines = (entry: string): boolean => entry.includes("\n") || entry.endsWith("\r");

/** Why no file can hold this variable; undefined if one can. The text contains no value. */
export function environmentProblem(entry: string): string | undefined {
  const [name] = split(entry);
  if (!needsSeveralLines(entry)) {
    if (/^[\s#]/.test(name)) return "Podman's environment files ignore names that start with a space or #.";
    if (Buffer.byteLength(entry) > MAX_LINE) return "A variable of one line must have at most 65000 bytes.";
    return undefined;
  }
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    return "A value of several lines needs a variable whose name consists of letters, digits and _.";
  }
  if (OF_PODMAN.test(name)) return "A value of several lines can't be in a variable that Podman itself reads.";
  return undefined;
}

/** The files of these variables. @param entries `NAME=value`, without those that {@link environmentProblem} finds. */
export function environmentOf(entries: readonly string[]): Environment {
  const lines = entries.filter((entry) => !needsSeveralLines(entry));
  const inherited = entries.filter(needsSeveralLines).map(split);
  return {
    file: lines.map((line) => `${line}\n`).join(""),
    inherited: inherited.map(([name]) => name),
    // Within double quotes, systemd removes a backslash before these characters only (systemd.exec(5)).
    inheritedFile: inherited.map(([name, value]) => `${name}="${value.replaceAll(/["\\`$]/g, "\\$&")}"\n`).join(""),
  };
}
