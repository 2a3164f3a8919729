/** Whether everything runs, as in `npm run test:all`: also variants of what others prove. */
export const everyVariant = process.env["EVERY_VARIANT"] !== undefined;

/** The first variants; all in `npm run test:all`. */
export const firstVariants = <Variant>(count: number, variants: readonly Variant[]): readonly Variant[] =>
  everyVariant ? variants : variants.slice(0, count);
