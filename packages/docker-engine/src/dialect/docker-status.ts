/**
 * What Podman answers with status 500 (seen with 4.3 and 5.4), by the `cause` in the body, which is one of its own
 * errors; and the status that Docker gives the same. An answer of Docker's has no cause.
 * Source: podman, `libpod/define/errors.go`; containers/storage, `errors.go`.
 */
const STATUS_OF: ReadonlyMap<string, number> = new Map(
  Object.entries({
    "that name is already in use": 409,
    "container already exists": 409,
    "UNIQUE constraint failed: ContainerConfig.Name": 409,
    "container state improper": 409,
    "network already exists": 409,
    "network is being used": 409,
    "volume already exists": 409,
    "network not found": 404,
    "no such container": 404,
    "invalid argument": 400,
  }),
);

/** The status with which Docker would have answered. */
export const dockerStatus = (status: number, cause: string | undefined): number =>
  (status === 500 && cause !== undefined ? STATUS_OF.get(cause) : undefined) ?? status;
