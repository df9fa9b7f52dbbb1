import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Starts an extractor process; it waits for its assignment. */
export type StartExtractor = () => ChildProcess

export const startExtractor: StartExtractor = () =>
  fork(fileURLToPath(new URL('./main.ts', import.meta.url)), {
    // None of the parent's flags: an inspector or a test runner's loader is not for this child.
    execArgv: [],
    // Two threads read and decode beside the engine; few arenas keep freed pictures from piling up in glibc's heaps.
    env: { ...process.env, UV_THREADPOOL_SIZE: '2', MALLOC_ARENA_MAX: '2' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
