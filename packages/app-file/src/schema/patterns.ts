/**
 * Patterns of the JSON Schema, for editors. They accept every value that is valid. The schema of requests also checks what a
 * pattern can't express, with separate messages.
 */

/** `[registry/]repository[:tag][@digest]`, as in the grammar of distribution/reference. */
const COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
export const IMAGE = `^(?:(?:[a-zA-Z0-9.-]+|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?/)?${COMPONENT}(?:/${COMPONENT})*(?::\\w[\\w.-]{0,127})?(?:@[a-zA-Z0-9+._-]+:[0-9a-fA-F]{32,})?$`;

export const SERVICE_NAME = "^[a-zA-Z0-9][a-zA-Z0-9_-]{0,61}[a-zA-Z0-9]$";

/** Has a character that is part of the normalized project name. */
export const PROJECT_NAME = "[a-zA-Z0-9]";

/** A resource that a file declares, or that an engine has. */
export const RESOURCE_NAME = "^[a-zA-Z0-9][a-zA-Z0-9._-]*$";

export const NOT_BLANK = "\\S";

export const WORD = "^\\S+$";

export const ABSOLUTE_PATH = "^/";

/** `KEY=VALUE`, with optional spaces around the key. */
export const VARIABLE = "^\\s*[^\\s=]+\\s*=";

/** `KEY=VALUE` or `KEY`. */
export const LABEL = "^[^=]";

/** Names or ids. */
export const USER = "^[^\\s:]+(?::[^\\s:]+)?$";
export const GROUP = "^[^\\s:]+$";

export const CAPABILITY = "^(?:[cC][aA][pP]_)?[a-zA-Z_]+$";

export const SIGNAL = "^[a-zA-Z0-9+-]+$";

/** `key == value`, `key = value` or `key != value`. */
export const CONSTRAINT = "^\\s*[a-zA-Z_][\\w.-]+\\s*(?:==?|!=)\\s*[a-zA-Z0-9:_.*()?+\\[\\]\\\\^$|/\\s-]+$";

/** A container's host name, or a template. */
export const HOSTNAME = "^(?:[^\\s/]+|[\\s\\S]*\\{\\{[\\s\\S]*)$";

const ALIAS_PART = "[a-zA-Z0-9_](?:[a-zA-Z0-9_-]*[a-zA-Z0-9_])?";
export const ALIAS = `^${ALIAS_PART}(?:\\.${ALIAS_PART})*$`;

export const IP_ADDRESS = "^[0-9a-fA-F:.]+$";

/** `host:address` or `host=address`. */
export const EXTRA_HOST = "^\\s*[^\\s:=[\\]#/]+[=:]\\S+\\s*$";

/** `source[:target][:permissions]`. */
export const DEVICE = "^/[^:]*(?::[^:]*){0,2}$";

/** `path[:options]`. */
export const TMPFS = "^/[^:]*(?::[^:]*)?$";

/** `name=value`. */
export const SYSCTL = "^\\s*[a-z0-9_]+(?:\\.[\\w-]+)+\\s*=\\s*\\S";

/** `[[address:]host:]container[/protocol]`, each port a number or a range. */
const PORTS = "[1-9][0-9]{0,4}(?:-[1-9][0-9]{0,4})?";
export const PORT = `^(?:(?:(?:[0-9a-fA-F:.]+|\\[[0-9a-fA-F:.]+\\]):)?(?:${PORTS})?:)?${PORTS}(?:/(?:tcp|udp|sctp))?$`;

/** An absolute path of letters, digits, _, ., - and /, without `..`. */
export const MOUNT_POINT = "^/(?!.*\\.\\.)[\\w./-]+$";

export const OCTAL_MODE = "^(?:0o)?0*[0-7]{1,4}$";

export const ID = "^(?:0|[1-9][0-9]*)$";

export const DECIMAL = "^(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)$";

export const SIZE = "^(?:[0-9]+(?:\\.[0-9]+)?|\\.[0-9]+)\\s*(?:[kKmMgGtT][iI]?[bB]?|[bB])?$";

export const DURATION = "^(?:0|(?:(?:[0-9]+(?:\\.[0-9]+)?|\\.[0-9]+)(?:ns|us|\u00B5s|ms|s|m|h))+)$";

export const BROWSE_PATH = "^0:Root(?:/[0-9]+:[^/]+)*$";
