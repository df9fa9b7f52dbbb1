import type { Run } from '../run/run.ts'
import { followStretch } from './follow-run.ts'
import type { Stretch } from './protocol.ts'

type Ways = {
  /** The stretch of the log after a seq; rejects when the connection is lost meanwhile. */
  readonly ask: (afterSeq: number) => Promise<Stretch>
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
  /** What came on its own while an answer was awaited: it goes on from there. */
  private early: Stretch[] = []

  constructor(run: Run, ways: Ways) {
    this.run = run
    this.ways = ways
  }

  /** The connection is there, for the first time or again. */
  connected(): void {
    this.disconnected()
    void this.ask()
  }

  /** The connection is gone: an answer that is still on its way will not come. */
  disconnected(): void {
    this.connection++
    this.asking = false
    this.early = []
  }

  /** A stretch came on its own. */
  received(stretch: Stretch): void {
    if (this.asking) this.early.push(stretch)
    else if (this.fold(stretch)) void this.ask()
  }

  private async ask(): Promise<void> {
    const { connection } = this
    this.asking = true
    try {
      const stretch = await this.ways.ask(this.run.seq)
      if (connection === this.connection) this.fold(stretch)
    } catch (thrown) {
      if (connection === this.connection) this.ways.onProblem(thrown)
    }
    if (connection !== this.connection) return
    this.asking = false
    const missing = this.early.splice(0).filter((stretch) => this.fold(stretch))
    if (missing.length > 0) void this.ask()
  }

  /** Whether something is missing. */
  private fold(stretch: Stretch): boolean {
    try {
      const { run, missing } = followStretch(this.run, stretch)
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
