/** The port inside the container on which the agent answers. */
export const AGENT_PORT = 5000;
/** The name of the model beside the configuration. */
export const MODEL_FILE = "device.xml";

export interface AgentConfigValues {
  /** UUID of the agent itself. */
  agentUuid: string;
  deviceUuid: string;
  adapterHost: string;
  adapterPort: number;
}

/**
 * The configuration of an MTConnect agent (cppagent) with one device and one adapter. The values are written out, so that
 * it does not depend on how a version of the agent expands variables. The log goes to standard output, where
 * `ofdeploy logs` reads it. See https://github.com/mtconnect/cppagent#configuration-parameters.
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

/** What is wrong with a device model, in one sentence without a full stop; undefined: it is well-formed, and a model. */
export async function modelFlaw(bytes: Uint8Array): Promise<string | undefined> {
  if (bytes.includes(0)) return "the device model is not UTF-8 text: save it as UTF-8";
  // Loaded only for files with such a device.
  const { SaxesParser } = await import("saxes");
  const parser = new SaxesParser({ xmlns: true, position: true });
  let flaw: string | undefined;
  let depth = 0;
  // The first error is the cause; what follows is its consequence. saxes begins messages with line:column.
  parser.on("error", ({ message }) => {
    const [, line, column, reason] = /^(\d+):(\d+): (.*?)\.?$/s.exec(message) ?? [];
    flaw ??= `the device model is not well-formed XML: ${line === undefined ? message : `line ${line}, column ${column}: ${reason}`}`;
  });
  parser.on("opentag", ({ local }) => {
    if (depth === 0 && local !== ROOT) flaw ??= `the device model has the root element ${local}, expected ${ROOT}`;
    depth += 1;
  });
  parser.on("closetag", () => void (depth -= 1));
  // A parser that is given bytes of another encoding sees other letters, and the same markup.
  parser
    .write(
      Buffer.from(bytes)
        .toString("utf8")
        .replace(/^\uFEFF/, ""),
    )
    .close();
  return flaw;
}

/** Linux takes no string longer than this as a variable, its name and the final NUL included (MAX_ARG_STRLEN). */
const LONGEST_VARIABLE = 128 * 1024;

const octal = (code: number): string => `\\0${code.toString(8).padStart(3, "0")}`;

/**
 * Bytes as text from which `printf "%b"` of a POSIX shell makes these bytes again. UTF-8 without a backslash and without
 * `{{` (a template on Swarm) stays as it is; bytes that are not UTF-8 become octal escapes.
 */
export function escapeForPrintf(bytes: Uint8Array): string {
  // Of latin1, each character is a byte.
  const text = decodeUtf8(bytes) ?? Buffer.from(bytes).toString("latin1");
  const special = decodeUtf8(bytes) === undefined ? /\\|(?<=\{)\{|[\u0080-\u00FF]/g : /\\|(?<=\{)\{/g;
  return text.replace(special, (character) => (character === "\\" ? "\\\\" : octal(character.charCodeAt(0))));
}

/** Undefined for bytes that are not UTF-8. A byte order mark is kept. */
function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Variables `name`, `name_2`, ... that hold an escaped text in pieces that Linux takes, each a `KEY=VALUE`. A short text is
 * one piece.
 */
export function splitVariable(name: string, escaped: string): { key: string; entry: string }[] {
  const pieces: string[] = [];
  let piece = "";
  let size = 0;
  // No piece ends inside an escape. The longest name has a suffix of three characters.
  const room = LONGEST_VARIABLE - name.length - "_99=\0".length;
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
