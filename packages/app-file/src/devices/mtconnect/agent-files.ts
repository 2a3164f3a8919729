/** The port of the agent in the container. */
export const AGENT_PORT = 5000;
/** File name of the device model, next to the configuration. */
export const MODEL_FILE = "device.xml";

export interface AgentConfigValues {
  /** UUID of the agent itself. */
  agentUuid: string;
  deviceUuid: string;
  adapterHost: string;
  adapterPort: number;
}

/**
 * The configuration of an MTConnect agent (cppagent) with one device and one adapter. It contains the values themselves,
 * since the expansion of variables depends on the version of the agent. The log goes to standard output, for `ofdeploy logs`. See https://github.com/mtconnect/cppagent#configuration-parameters.
 */
export const agentConfig = ({ agentUuid, deviceUuid, adapterHost, adapterPort }: AgentConfigValues): string => `\
# Made by OpenFactory Deploy. Change the device's entry in its file instead.
Port = ${AGENT_PORT}
Devices = ${MODEL_FILE}
AgentDeviceUUID = ${agentUuid}
# The version that OpenFactory's producer reads.
SchemaVersion = 2.2
# OpenFactory writes values of data items by PUT.
AllowPut = yes

Adapters {
  Machine {
    Host = ${adapterHost}
    Port = ${adapterPort}
    # In place of the uuid in the model.
    UUID = ${deviceUuid}
  }
}

# What a browser needs to show the agent's answers; both are part of the agent's image.
Files {
  styles {
    Location = /styles/
    Path = /mtconnect/data/styles
  }
  schemas {
    Location = /schemas/
    Path = /mtconnect/data/schemas
  }
}
StreamsStyle {
  Location = /styles/styles.xsl
}
DevicesStyle {
  Location = /styles/styles.xsl
}

logger_config {
  logging_level = info
  output = cout
}
`;

const ROOT = "MTConnectDevices";

/** The problem of a device model, without a full stop. Undefined if it is well-formed XML with the root element of a model. */
export async function modelProblem(bytes: Uint8Array): Promise<string | undefined> {
  if (bytes.includes(0)) return "the device model is not UTF-8 text: save it as UTF-8";
  // Loaded on demand, for files with an MTConnect device.
  const { SaxesParser } = await import("saxes");
  const parser = new SaxesParser({ xmlns: true, position: true });
  let problem: string | undefined;
  let depth = 0;
  // Errors after the first are consequences. saxes starts messages with line:column.
  parser.on("error", ({ message }) => {
    const [, line, column, reason] = /^(\d+):(\d+): (.*?)\.?$/s.exec(message) ?? [];
    problem ??= `the device model is not well-formed XML: ${line === undefined ? message : `line ${line}, column ${column}: ${reason}`}`;
  });
  parser.on("opentag", ({ local }) => {
    if (depth === 0 && local !== ROOT) problem ??= `the device model has the root element ${local}, expected ${ROOT}`;
    depth += 1;
  });
  parser.on("closetag", () => void (depth -= 1));
  // In another encoding that extends ASCII, the letters may be wrong, but the markup is the same.
  parser
    .write(
      Buffer.from(bytes)
        .toString("utf8")
        .replace(/^\uFEFF/, ""),
    )
    .close();
  return problem;
}

/** Maximum size of a variable on Linux, in bytes, with its name and the final NUL (MAX_ARG_STRLEN). */
const MAX_VARIABLE_BYTES = 128 * 1024;

const octal = (code: number): string => `\\0${code.toString(8).padStart(3, "0")}`;

/**
 * Escapes bytes for `printf "%b"` of a POSIX shell. UTF-8 stays readable, except for backslashes and `{{` (a template on
 * Swarm). Bytes that are not UTF-8 become octal escapes.
 */
export function escapeForPrintf(bytes: Uint8Array): string {
  // In latin1, each character is a byte.
  const text = decodeUtf8(bytes) ?? Buffer.from(bytes).toString("latin1");
  const special = decodeUtf8(bytes) === undefined ? /\\|(?<=\{)\{|[\u0080-\u00FF]/g : /\\|(?<=\{)\{/g;
  return text.replace(special, (character) => (character === "\\" ? "\\\\" : octal(character.charCodeAt(0))));
}

/** The text, with its byte order mark. Undefined for bytes that are not UTF-8. */
function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Splits an escaped text over the variables `name`, `name_2`, ... within the size limit of Linux. Each entry is
 * `KEY=VALUE`. A short text needs one variable.
 */
export function splitVariable(name: string, escaped: string): { key: string; entry: string }[] {
  const pieces: string[] = [];
  let piece = "";
  let size = 0;
  // Don't split inside an escape. The longest name has a suffix of three characters.
  const room = MAX_VARIABLE_BYTES - name.length - "_99=\0".length;
  for (const [unit] of escaped.matchAll(/\\0[0-7]{3}|\\\\|[^\\]/gsu)) {
    const length = Buffer.byteLength(unit);
    if (size + length > room) {
      pieces.push(piece);
      piece = "";
      size = 0;
    }
    piece += unit;
    size += length;
  }
  pieces.push(piece);
  return pieces.map((value, index) => {
    const key = index === 0 ? name : `${name}_${index + 1}`;
    return { key, entry: `${key}=${value}` };
  });
}
