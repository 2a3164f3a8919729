import { DeploymentError } from "@openfactory/deploy-core";
import { fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { explainStartError } from "./start-error.js";

const { engine } = fakeEngine({});
const nfs = (Source: string) => ({ Type: "volume", Source, Target: "/mnt", ReadOnly: undefined }) as const;
const request = { name: "archive", mounts: [nfs("other"), nfs("nfs_nas_export")] };

/** The messages of engines 20.10 to 28. */
const refused = (volume: string, reason: string): DeploymentError => {
  const target = `/var/lib/docker/volumes/${volume}/_data`;
  const message = `error while mounting volume '${target}': failed to mount local volume: mount //nas/x:${target}, data: username=ada,password=hunter2: ${reason}`;
  return new DeploymentError("ENGINE_ERROR", `The engine could not start container abc: ${message}.`, {
    cause: { statusCode: 500, message },
  });
};

test.each([
  ["no such device", "the engine's kernel does not support its file system", "nfs-common"],
  ["connection refused", "connection refused", "reaches the server"],
])(
  "explainStartError() names a volume that can't be mounted (%s), with its field and a hint, and without its options",
  (reason, message, hint) => {
    const error = explainStartError(engine, request, refused("nfs_nas_export", reason)) as DeploymentError;
    expect(error).toMatchObject({
      code: "ENGINE_ERROR",
      message: `Can't mount the volume nfs_nas_export of archive: ${message}.`,
      service: "archive",
      field: "mounts[1]",
      hint: expect.stringContaining(hint),
    });
    expect(error.message).not.toContain("hunter2");
  },
);

test("explainStartError() sets the field mounts for a volume that the request does not name", () => {
  expect(explainStartError(engine, request, refused("of-the-image", "no such device"))).toMatchObject({
    field: "mounts",
  });
});

test.each([
  // Engines 20.10 to 28.
  'error gathering device information while adding custom device "/dev/ttyUSB9": no such file or directory',
  // Podman 4.3 and 5.4.
  "stat /dev/ttyUSB9: no such file or directory",
])("explainStartError() names a device that the host does not have: %s", (message) => {
  const devices = ["/dev/null", "/dev/ttyUSB9"].map((source) => ({ source, target: source, permissions: "rwm" }));
  const refusal = new DeploymentError("ENGINE_ERROR", `The engine could not start container abc: ${message}.`, {
    cause: { statusCode: 500, message },
  });
  expect(explainStartError(engine, { name: "reader", devices }, refusal)).toMatchObject({
    code: "TASK_FAILED",
    message: expect.stringMatching(/^Can't start the process of reader: .* has no device \/dev\/ttyUSB9\.$/),
    field: "devices[1].source",
    hint: expect.stringContaining("Connect the device"),
  });
});
