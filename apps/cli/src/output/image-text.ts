const DIGEST = /@(sha256:[0-9a-f]{12})[0-9a-f]+$/;

/** An image as people read it: `demo:1@sha256:0123456789ab...` of one that is pinned to a digest. */
export const imageText = (image: string): string => image.replace(DIGEST, "@$1...");
