import process from 'node:process'

/**
 * Breaks a real system on purpose, again and again, and demands that nothing is lost: `npm run chaos -- disk`. Each ends
 * with one line that says how many rounds held, and fails where one didn't.
 */
type Chaos = { chaos(args: string[]): Promise<boolean> }

const PROGRAMS: Readonly<Record<string, () => Promise<Chaos>>> = {
  disk: () => import('./disk.ts'),
  kill: () => import('./kill.ts'),
  queue: () => import('./queue.ts'),
}

const [name = '', ...args] = process.argv.slice(2)
const program = PROGRAMS[name]
if (!program) {
  process.stderr.write(`Unknown chaos "${name}". Known: ${Object.keys(PROGRAMS).join(', ')}.\n`)
  process.exit(2)
}
process.exit((await (await program()).chaos(args)) ? 0 : 1)
