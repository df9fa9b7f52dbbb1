/** Items `from` up to `to`, which is not among them. */
export type Shard = { readonly from: number; readonly to: number }

/** One of `parts` equal shares of `count` items, in order; the first ones take the rest, and some may be empty. */
export function shardOf(count: number, { part, parts }: { part: number; parts: number }): Shard {
  const least = Math.floor(count / parts)
  const rest = count % parts
  const from = part * least + Math.min(part, rest)
  return { from, to: from + least + (part < rest ? 1 : 0) }
}
