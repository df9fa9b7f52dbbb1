import type { RunEvent } from '../run/events.ts'
import type { Run } from '../run/run.ts'
import { follow } from './follow-run.ts'

type Ways = {
  /** The events after a seq; rejects when the connection is lost meanwhile. */
  readonly ask: (afterSeq: number) => Promise<readonly RunEvent[]>
  readonly onChange: (run: Run) => void
  /** Asking failed while connected, or what came can't be folded. */
  readonly onProblem: (problem: unknown) => void
}

/**
 * Keeps a run up to date over a connection that comes and goes: asks for what was missed at every connect and at every
 * gap, once at a time.
 */
export class RunFollower {
  run: Run
  private readonly ways: Ways
  private connection = 0
  private asking = false
  private again = false

  constructor(run: Run, ways: Ways) {
    this.run = run
    this.ways = ways
  }

  /** The connection is there, for the first time or again. */
  connected(): void {
    this.connection++
    this.asking = false
    void this.ask()
  }

  /** The connection is gone: an answer that is still on its way will not come. */
  disconnected(): void {
    this.connection++
    this.asking = false
  }

  /** Events came on their own. */
  received(events: readonly RunEvent[]): void {
    if (this.fold(events)) void this.ask()
  }

  private async ask(): Promise<void> {
    if (this.asking) {
      this.again = true
      return
    }
    const { connection } = this
    this.asking = true
    this.again = false
    try {
      const events = await this.ways.ask(this.run.seq)
      if (connection === this.connection) this.fold(events)
    } catch (thrown) {
      if (connection === this.connection) this.ways.onProblem(thrown)
      this.again = false
    }
    if (connection !== this.connection) return
    this.asking = false
    if (this.again) void this.ask()
  }

  /** Whether something is missing. */
  private fold(events: readonly RunEvent[]): boolean {
    try {
      const { run, missing } = follow(this.run, events)
      if (run !== this.run) {
        this.run = run
        this.ways.onChange(run)
      }
      return missing
    } catch (thrown) {
      this.ways.onProblem(thrown)
      return false
    }
  }
}
