/** Whether the system says that there is no room: a full disk, or a used-up quota. */
export function isDiskFull(thrown: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((thrown as NodeJS.ErrnoException)?.code ?? '')
}
