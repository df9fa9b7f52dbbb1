/** The queue of all who share pictures and models over `WHIPPET_BLOBS`: any of them can do a run of any other. */
export const SHARED_HOME = 'shared'

/** Whose queue a data folder's runs are put into. */
export function homeOf(folder: string): string {
  return process.env.WHIPPET_BLOBS ? SHARED_HOME : folder
}
