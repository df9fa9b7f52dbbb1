import type { DatabaseSync } from 'node:sqlite'

export type FileLock = { release(): void }

/** SQLite's result code for a file that someone else has locked. */
const SQLITE_BUSY = 5

/**
 * Locks a file exclusively, for as long as this process lives at most. Node has no file locks of its own, but the SQLite
 * in it has: an exclusive transaction, in which nothing is written, is a lock of the operating system (fcntl, or
 * LockFileEx). Children don't inherit it, and other containers on the same machine see it.
 */
export function lockFile(path: string): FileLock | 'taken' {
  const database = openDatabase(path)
  try {
    // No journal file beside it, and no waiting.
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return 'taken'
    throw error
  }
  return { release: () => database.close() }
}

/** Node warns, once, that its SQLite may change; people who only train a model need not read that. */
function openDatabase(path: string): DatabaseSync {
  const { emitWarning } = process
  process.emitWarning = () => undefined
  try {
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
    return new DatabaseSync(path)
  } finally {
    process.emitWarning = emitWarning
  }
}
