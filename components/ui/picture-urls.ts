/** Where a picture is as it was imported; `base` is `/api`, or a shared run's own place. */
export const pictureUrl = (base: string, hash: string): string => `${base}/pictures/${hash}`

/** Where its thumbnail is, at most 256 pixels. */
export const thumbnailUrl = (base: string, hash: string): string => `${base}/pictures/${hash}/thumbnail`
