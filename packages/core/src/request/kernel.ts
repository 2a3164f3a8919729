import { z } from "zod";
import { deferred } from "./lazy-schemas.js";

/** The kernel parameters outside `net.` and `fs.mqueue.` that belong to a container's namespaces (runc, validator). */
const NAMESPACED_PARAMETERS: ReadonlySet<string> = new Set([
  "kernel.msgmax",
  "kernel.msgmnb",
  "kernel.msgmni",
  "kernel.sem",
  "kernel.shmall",
  "kernel.shmmax",
  "kernel.shmmni",
  "kernel.shm_rmid_forced",
  "kernel.domainname",
]);

/** A parameter of one network interface. An engine from version 28 on rejects it, and older ones may set it on another interface. */
const OF_INTERFACE = /^net\.(?:ipv4|ipv6|mpls)\.(?:conf|neigh|input)\.(?!all\.|default\.)/;

const parameterName = () =>
  z
    .string()
    .regex(/^[a-z0-9_]+(?:\.[\w-]+)+$/, {
      abort: true,
      message: "expected the name of a kernel parameter with dots, such as net.core.somaxconn",
    })
    .refine((name) => /^(?:net|fs\.mqueue)\./.test(name) || NAMESPACED_PARAMETERS.has(name), {
      abort: true,
      message:
        "a container has no value of its own for this kernel parameter: expected net.*, fs.mqueue.*, or an IPC parameter such as kernel.shmmax",
    })
    .refine(
      (name) => !OF_INTERFACE.test(name),
      "a parameter of one network interface can't be set: its name is known only after the start. Use all or default",
    );

const parameterValue = () =>
  z
    .union([z.string(), z.number()], "expected a text or a number")
    .transform(String)
    .pipe(
      z
        .string()
        .regex(/\S/, "the value of a kernel parameter must not be empty")
        .regex(/^[^\0\n]*$/, "the value of a kernel parameter must be one line"),
    );

/** Kernel parameters of the container's namespaces, by name. Numbers become text. */
export const sysctlsSchema = deferred(() => z.record(parameterName(), parameterValue()));

/** Whether a kernel parameter belongs to the container's network. */
export const isNetworkParameter = (name: string): boolean => name.startsWith("net.");

/** Bytes of `/dev/shm`. */
export const shmSizeSchema = deferred(() =>
  z
    .number()
    .int("the size of /dev/shm must be a whole number of bytes")
    .positive("the size of /dev/shm must be greater than 0"),
);
