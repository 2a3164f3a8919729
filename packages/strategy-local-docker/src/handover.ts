interface Waiting<Item> {
  item: Item;
  taken: () => void;
}

/** Hands items of several producers to one consumer. A producer goes on when its item was taken, so that none runs ahead. */
export class Handover<Item> {
  readonly #waiting: Waiting<Item>[] = [];
  #woken = Promise.withResolvers<void>();

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Resolves when the item was taken. */
  give(item: Item): Promise<void> {
    return new Promise((taken) => {
      this.#waiting.push({ item, taken });
      this.wake();
    });
  }

  /** The items that wait now. Each counts as taken when the next one is asked for. */
  *take(): Generator<Item> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      yield next.item;
      next.taken();
    }
  }

  /** Has the consumer look, whether an item waits or not. */
  wake(): void {
    this.#woken.resolve();
  }

  /** Resolves when an item was given, or {@link wake} was called, since this was awaited last. */
  async untilWoken(): Promise<void> {
    await this.#woken.promise;
    this.#woken = Promise.withResolvers();
  }

  /** Lets all producers go on. */
  release(): void {
    for (const { taken } of this.#waiting.splice(0)) taken();
  }
}
