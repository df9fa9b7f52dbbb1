import { setTimeout as pause } from 'node:timers/promises'
import { startWhippet } from '../cli/whippet.ts'

/** A server in a process of its own, as people start it. */
export type Served = {
  readonly url: string
  readonly port: number
  /** Ends it at once, with nothing tidied up. */
  kill(): Promise<void>
  stop(): Promise<void>
}

/** Starts `whippet serve` on a data folder, at any free port; resolves once it answers. */
export async function serve(dataDir: string): Promise<Served> {
  const running = startWhippet(dataDir, ['serve', '--port', '0', '--json'])
  const url = await new Promise<string>((resolve, reject) => {
    running.process.stdout!.once('data', (line: string) => resolve((JSON.parse(line) as { url: string }).url))
    running.ended.then(({ stderr }) => reject(new Error(`The server ended:\n${stderr}`)))
  })
  let wanted = false
  void running.ended.then(({ status, stderr }) => {
    if (!wanted) process.stderr.write(`The server ended with ${status}:\n${stderr}`)
  })
  const end = async (signal: NodeJS.Signals) => {
    wanted = true
    running.process.kill(signal)
    const { stdout } = await running.ended
    if (stdout.trim().includes('\n')) throw new Error(`More than one document on stdout:\n${stdout}`)
  }
  return { url, port: Number(new URL(url).port), kill: () => end('SIGKILL'), stop: () => end('SIGINT') }
}

/** Until the pages are built, a holding page stands in for each. */
export async function pagesReady(url: string): Promise<void> {
  while (!(await fetch(url)).ok) await pause(500)
}
