/** A value of Podman's JSON. */
// oxlint-disable-next-line typescript/no-explicit-any -- the shape is Podman's
export type Json = any;
