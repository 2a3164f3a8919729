import { parse } from "yaml";
import { isValidFile, Reader, schemaKeys } from "./schema-keys.js";

const words = (text: string): string[] => text.split(" ");

/** Values as they are written in YAML: typical ones, and those that parsers understand differently. */
const VALUES = [
  words("~ true False yes ON off 0 1 -1 8080 65535 65536 0440 0o17 0x1F 1e3 1_000 .5 1. 0.25 +1 .inf 1e25"),
  words("web WEB x web-1 web_1- a.b /data /a/../b ./x 80:80 80-81 53/udp 192.0.2.1 ::1 192.0.2.1:80:80 A=1 =1 A"),
  words("30s 1m30s .5h 1.s 500ms 0s 512Mi 1.5G 10b 1ib 1KiB a=b=c 2001-01-01 12:30:45 SIGINT 15 host rw nfs local"),
  words("node.role==worker node.role=worker node.role!=x always never ns=2;s=x db:192.0.2.1 net.core.somaxconn=1"),
  words(
    '"${V}" "${UNSET:-8080}" "${UNSET:-}" $V "$${V}" "ro,soft" /dev/ttyUSB0:/dev/a:rw /run:size=64m NET_ADMIN cap_kill',
  ),
  ['""', '" "', '" A = 1 "', '"a b"', '"8080"', '"0440"', '"{{.Node.Hostname}}"', '"x${V}y"', '"\\n"', '"512 Mi"'],
  ["'no'", "[]", "{}", "[a]", "[1]", "[[]]", "{a: 1}", "{a: }", "[{}]", '"[::1]:80:80"', '["a=1", b]'],
].flat();

/**
 * The values that the schema refuses although `ofdeploy validate` accepts them. The schema reads the text with the parser of
 * editors.
 * @param share the part of the values that is tried at each key: every `share`th value, others at each key.
 */
export async function wronglyRefused(share: number): Promise<{ tried: number; refused: string[] }> {
  const reader = new Reader();
  const result = { tried: 0, refused: [] as string[] };
  // The keys of deploy are those of apps.
  const keys = schemaKeys().filter(({ path }) => !/^devices.*\.deploy\./.test(path));
  try {
    for (const [index, { path, fileWith }] of keys.entries()) {
      const template = JSON.stringify(fileWith("@value@"));
      const textWith = (value: string): string => template.replace('"@value@"', () => value);
      for (const value of VALUES.filter((_, number) => (index + number) % share === 0)) {
        result.tried += 1;
        if (isValidFile(parse(textWith(value))) || (await reader.findings(textWith(value))) !== undefined) continue;
        // Editors read an unquoted 0440 as a number; for `ofdeploy validate`, only 440 is one.
        const isNumberOfEditors = typeof parse(value) === "number" && isValidFile(parse(textWith(`"${value}"`)));
        if (!isNumberOfEditors) result.refused.push(`${path}: ${value}: ${JSON.stringify(isValidFile.errors?.[0])}`);
      }
    }
  } finally {
    reader.remove();
  }
  return result;
}
