import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Starts a decoding process; it waits to be told where the blobs are. */
export type StartDecoder = () => ChildProcess

export const startDecoder: StartDecoder = () =>
  fork(fileURLToPath(new URL('./main.ts', import.meta.url)), {
    // None of the parent's flags: an inspector or a test runner's loader is not for this child.
    execArgv: [],
    // Threads to wait for the disk beside the one that decodes; few arenas keep freed pictures from piling up.
    env: { ...process.env, UV_THREADPOOL_SIZE: '4', MALLOC_ARENA_MAX: '2' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
