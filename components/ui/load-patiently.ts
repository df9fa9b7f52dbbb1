const AGAIN_MS = 1000
/** As often the server may answer while the file does not come: then it is gone, as after an update. */
const MOST_ANSWERS = 3

/**
 * Code of a page that is loaded late, asked for until it comes: a connection that is lost for a moment must not take the
 * page with it.
 *
 * @throws what loading threw, where the server answers and the file still does not come: the page has to be loaded again.
 */
export async function loadPatiently<T>(load: () => Promise<T>): Promise<T> {
  let answers = 0
  while (true) {
    try {
      return await load()
    } catch (thrown) {
      const isLost = thrown instanceof Error && thrown.name === 'ChunkLoadError'
      if (!isLost || ((await serverAnswers()) && ++answers >= MOST_ANSWERS)) throw thrown
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    }
  }
}

/** The page itself is the one thing that its visitor may surely ask for. */
async function serverAnswers(): Promise<boolean> {
  return fetch(location.href, { method: 'HEAD' }).then(
    () => true,
    () => false,
  )
}
