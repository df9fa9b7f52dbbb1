/** What a {@link Problem} carries besides its code. */
export type ProblemDetails = {
  /** One sentence for people: what went wrong, with the values that matter. */
  says: string
  /** What to do about it, when there is something. */
  advice?: string
  /** The error underneath, for the log. */
  cause?: unknown
}

/** A problem as it crosses a process, a socket or a file. */
export type ProblemSummary = { code: string; says: string; advice?: string }

/**
 * Everything that Whippet throws on purpose, from the trainer to the page.
 *
 * The code (`area/what`) is stable and listed in `docs/problems.md`; `says` is shown to people as it is; `cause` goes to
 * the log.
 */
export class Problem extends Error {
  readonly code: string
  readonly says: string
  readonly advice: string | undefined

  constructor(code: string, { says, advice, cause }: ProblemDetails) {
    super(says, cause === undefined ? undefined : { cause })
    this.name = 'Problem'
    this.code = code
    this.says = says
    this.advice = advice
  }

  /** The part that may leave the process: no cause, no stack. */
  summary(): ProblemSummary {
    return { code: this.code, says: this.says, ...(this.advice === undefined ? {} : { advice: this.advice }) }
  }

  /** Any thrown value as a Problem; what was not thrown on purpose becomes `internal/unexpected`. */
  static from(thrown: unknown): Problem {
    if (thrown instanceof Problem) return thrown
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    return new Problem('internal/unexpected', {
      says: `Something unexpected happened: ${message}`,
      cause: thrown,
    })
  }
}
