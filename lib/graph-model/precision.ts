/** How the numbers of an exported model are stored. */
export const PRECISIONS = ['float32', 'float16', 'uint8'] as const
export type Precision = (typeof PRECISIONS)[number]
