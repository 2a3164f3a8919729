import { z } from "zod";
import { duration } from "./quantities.js";
import { flag, integer, maybe, text, wholeNumber } from "./scalars.js";

export const healthcheck = z
  .strictObject({
    test: maybe(z.union([text, z.array(text)])).describe(
      "A shell line, or a list that begins with CMD, CMD-SHELL or NONE.",
    ),
    interval: maybe(duration),
    timeout: maybe(duration),
    retries: maybe(wholeNumber(0, 1_000_000)),
    start_period: maybe(duration),
    start_interval: maybe(duration),
    disable: maybe(flag).describe("Switches the image's own health check off."),
  })
  .refine((check) => check.disable === true || check.test != null, {
    message: "expected test, or disable: true",
    path: [],
  })
  .describe("How the engine finds out whether the app is healthy.");

const RESTART = 'expected "no", always, on-failure, on-failure:<attempts> or unless-stopped';

export const restart = z
  .string(RESTART)
  .regex(/^(?:no|always|unless-stopped|on-failure(?::\d{1,9})?)$/, RESTART)
  .describe('When the app is started again: "no", always, on-failure, on-failure:<attempts>, unless-stopped.');

export const dependsOn = z
  .union([
    z.array(text),
    z.record(
      text,
      z.strictObject({
        condition: maybe(z.enum(["service_started", "service_healthy", "service_completed_successfully"])).describe(
          "Default: service_started.",
        ),
      }),
    ),
  ])
  .describe("Apps of this file that come first, as a list of names or with a condition each.");

const OCTAL = "expected a file mode in octal digits, such as 0440";
const MODE = "^(?:0o)?0*[0-7]{1,4}$";

/** The digits are octal, with or without quotes, `0` or `0o`, as in chmod. */
const mode = z
  .union([integer.meta({ minimum: 0, maximum: 7777 }), z.string().meta({ pattern: MODE })], OCTAL)
  .transform((value, context) => {
    const written = String(value);
    if (new RegExp(MODE).test(written)) return Number.parseInt(written.replace("0o", ""), 8);
    context.addIssue({ code: "custom", message: OCTAL });
    return z.NEVER;
  });

const owner = z
  .union([text, integer.meta({ minimum: 0 })], "expected a user's or group's id")
  .transform(String)
  .refine((id) => /^(?:0|[1-9][0-9]*)$/.test(id), "expected a user's or group's id");

/** Secrets and configs: names, or Compose's long form. */
export const fileReferences = z.array(
  z.union([
    text,
    z
      .strictObject({
        source: text.describe("Its name in this file, or on the engine."),
        target: maybe(text).describe("Its file in the container."),
        uid: maybe(owner),
        gid: maybe(owner),
        mode: maybe(mode).describe("Permissions of the file, in octal digits: 0440."),
      })
      .transform(({ source, target, uid, gid, mode: permissions }) => ({
        name: source,
        ...(target == null ? {} : { target }),
        ...(uid == null ? {} : { uid }),
        ...(gid == null ? {} : { gid }),
        ...(permissions == null ? {} : { mode: permissions }),
      })),
  ]),
);

export type Healthcheck = z.output<typeof healthcheck>;
