/**
 * Makes this process its parent's: it ends when the parent does. Ctrl-C, which a terminal sends to every process of a
 * command, and SIGTERM, which a service manager sends to every process of a service, are the parent's business: it may
 * want the work in hand finished.
 */
export function livesWithParent(): void {
  process.on('disconnect', () => process.exit(0))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined)
}
