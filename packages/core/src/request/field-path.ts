/** `["mounts", 0, "Target"]` as `mounts[0].Target`. */
export const formatFieldPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, "");

/** `mounts[0].Target` as `["mounts", 0, "Target"]`. */
export const parseFieldPath = (field: string): (string | number)[] =>
  field.split(/[.[]/).map((step) => (/^\d+\]$/.test(step) ? Number.parseInt(step, 10) : step));
