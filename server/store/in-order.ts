/** Runs what is asked of one name one after the other, in the order asked; different names don't wait for each other. */
export function inOrder(): <T>(name: string, task: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>()
  return (name, task) => {
    const before = tails.get(name) ?? Promise.resolve()
    // The one before may have failed: its caller hears of it, this one goes on.
    const mine = before.then(task, task)
    tails.set(name, mine)
    const forget = () => tails.get(name) === mine && tails.delete(name)
    mine.then(forget, forget)
    return mine
  }
}
