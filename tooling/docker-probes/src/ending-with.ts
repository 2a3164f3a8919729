import type { ContractTarget } from "@openfactory/strategy-contract-tests";

/** A target that also ends what it was created with, such as a swarm. @param ends run one after another, once it is closed. */
export const endingWith = (target: ContractTarget, ...ends: (() => unknown)[]): ContractTarget => ({
  ...target,
  async close() {
    await target.close();
    for (const end of ends) await end();
  },
});
