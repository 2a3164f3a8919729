import { z } from "zod";
import { deferred } from "./lazy-schemas.js";
import { duplicateIndexes } from "./duplicates.js";
import { normalizeTarget } from "./paths.js";

/** Read, write and create device nodes, in the order in which engines write them. */
const PERMISSIONS = ["r", "w", "m"] as const;
const ALL_PERMISSIONS = PERMISSIONS.join("");

const permissionsSchema = () =>
  z
    .string()
    .transform((letters) => [...letters.toLowerCase()])
    .refine(
      (letters) =>
        letters.length > 0 &&
        new Set(letters).size === letters.length &&
        letters.every((letter) => ALL_PERMISSIONS.includes(letter)),
      "the permissions of a device must be of r (read), w (write) and m (create device nodes), such as rw",
    )
    .transform((letters) => PERMISSIONS.filter((letter) => letters.includes(letter)).join(""));

const path = (what: string) =>
  z
    .string()
    .refine((text) => text.startsWith("/") && !text.includes(":"), {
      abort: true,
      message: `the ${what} of a device must be an absolute path, such as /dev/ttyUSB0`,
    })
    .transform(normalizeTarget);

const deviceFields = () =>
  z.strictObject({
    source: path("source"),
    target: path("target").optional(),
    permissions: permissionsSchema().optional(),
  });

const CDI_DEVICE = /^[\w.-]+\/[\w.-]+=/;

/** `source[:target][:permissions]`. A last part of the letters r, w and m alone is the permissions, as for `docker run`. */
function parseDevice(text: string): unknown {
  const parts = text.split(":");
  const last = parts.at(-1) ?? "";
  const hasPermissions = parts.length > 1 && !last.startsWith("/");
  const [source, target, ...rest] = hasPermissions ? parts.slice(0, -1) : parts;
  if (rest.length > 0) return undefined;
  return { source, ...(target !== undefined && { target }), ...(hasPermissions && { permissions: last }) };
}

const shortDevice = () =>
  z.string().transform((text, context) => {
    if (CDI_DEVICE.test(text)) {
      const message = "is the name of a CDI device, which is not supported: expected a path, such as /dev/ttyUSB0";
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    }
    const device = parseDevice(text);
    if (device !== undefined) return device as z.input<ReturnType<typeof deviceFields>>;
    const message = "expected source[:target][:permissions], such as /dev/ttyUSB0:/dev/ttyUSB0:rw";
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });

const EXPECTED = "expected a path such as /dev/ttyUSB0, or {source, target, permissions}";

const deviceSchema = () =>
  z
    .union([shortDevice().pipe(deviceFields()), deviceFields()], EXPECTED)
    .transform(({ source, target = source, permissions = ALL_PERMISSIONS }) => ({ source, target, permissions }));

/** A device of the host, at `target` in the container. `permissions` are letters of `rwm`. */
export type Device = z.output<ReturnType<typeof deviceSchema>>;

/** Texts `source[:target][:permissions]`, or their parts; parsed to their parts. The target is the source by default. */
export const devicesSchema = deferred(() =>
  z.array(deviceSchema()).superRefine((devices, context) => {
    for (const index of duplicateIndexes(devices.map(({ target }) => target))) {
      const message = `another device already has the target ${devices[index]?.target}`;
      context.addIssue({ code: "custom", path: [index, "target"], message });
    }
  }),
);
