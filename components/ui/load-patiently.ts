const AGAIN_MS = 1000

/**
 * Code of a page that is loaded late, asked for until it comes: a connection that is lost for a moment must not take the
 * page with it. Where the file itself is gone, as after an update of the server, the page's error says to load it again.
 */
export async function loadPatiently<T>(load: () => Promise<T>): Promise<T> {
  while (true) {
    try {
      return await load()
    } catch (thrown) {
      if (await serverAnswers()) return load()
      if (!(thrown instanceof Error && thrown.name === 'ChunkLoadError')) throw thrown
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    }
  }
}

/** A page that is always there, whatever the visitor may see. */
async function serverAnswers(): Promise<boolean> {
  return fetch(location.href, { method: 'HEAD' }).then(
    () => true,
    () => false,
  )
}
