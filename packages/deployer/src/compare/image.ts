/** An image reference without its digest. */
const withoutDigest = (image: string): string => image.split("@", 1)[0] ?? image;

/** An image as it counts where `wanted` is asked for: a tag without a digest is content with whatever it was pinned to. */
export const imageAgainst = (image: string, wanted: string): string =>
  wanted.includes("@") ? image : withoutDigest(image);
