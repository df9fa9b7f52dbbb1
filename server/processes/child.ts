/**
 * Makes this process its parent's: it ends when the parent does, and leaves Ctrl-C, which a terminal sends to every process
 * of a command, to the parent, which may want the work in hand finished.
 */
export function livesWithParent(): void {
  process.on('disconnect', () => process.exit(0))
  process.on('SIGINT', () => undefined)
}
