import type { Node } from "@openfactory/swarm-harness";
import { TEST_IMAGE } from "@openfactory/test-engine";

/** The volume that takes the space. Its removal frees it. */
export const FILLER = "filler";

/** Writes zeros to a volume of a node until its disk is full. */
export async function fillDisk({ api }: Node): Promise<void> {
  const scripts = [
    "dd if=/dev/zero of=/fill/zeros bs=1M; dd if=/dev/zero of=/fill/more bs=1k; true",
    // What the container itself took. It may not start any more.
    "dd if=/dev/zero of=/fill/last bs=1k; true",
  ];
  for (const script of scripts) {
    const { Id } = await api.call("POST", "/containers/create", {
      Image: TEST_IMAGE,
      Cmd: ["sh", "-c", script],
      HostConfig: { Binds: [`${FILLER}:/fill`] },
    });
    await api.request("POST", `/containers/${Id}/start`);
    await api.request("POST", `/containers/${Id}/wait`);
    await api.request("DELETE", `/containers/${Id}?force=true`);
  }
}
