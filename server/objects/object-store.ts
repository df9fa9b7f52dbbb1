/** Files under keys such as `runs/0abc/record.json`, on a place that several machines reach. A key has a whole file or none. */
export type ObjectStore = {
  /** For people. */
  readonly place: string
  /**
   * Stores a file, in place of what was there.
   *
   * @throws Problem `objects/unreachable`, `objects/denied`, `objects/no-bucket`, `objects/full`.
   */
  put(key: string, file: string): Promise<void>
  /** Fetches into a file that appears whole or not at all. False where the key has nothing. @throws as `put`. */
  get(key: string, file: string): Promise<boolean>
  has(key: string): Promise<boolean>
  /** Keys that begin so, in order. */
  list(prefix: string): Promise<string[]>
  /** Whether it is there or not. */
  remove(key: string): Promise<void>
}

/** Keys are paths within the store: nothing leads out of it. */
export function checkKey(key: string): string {
  const parts = key.split('/')
  if (parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\\0]/.test(part))) return key
  throw new Error(`not a key: ${key}`)
}
