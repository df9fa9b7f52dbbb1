import type { CreatedShare, Share } from '../../lib/api/shares.ts'
import { Problem } from '../../lib/problem.ts'
import type { Run } from '../../lib/run/run.ts'
import type { Store } from '../store/open.ts'
import { hashOfToken, looksLikeToken, newToken } from './tokens.ts'

/** Links that show one run to whoever has them. */
export type Sharing = {
  /** @param expiresInHours without it the link holds until it is revoked. */
  create(run: string, expiresInHours?: number): Promise<CreatedShare>
  list(run: string): Promise<Share[]>
  /** Undefined when the token is unknown, expired or revoked. */
  open(token: string): Promise<Share | undefined>
  /** @throws Problem `shares/unknown`. */
  revoke(id: string): Promise<void>
  /** Hears of every share that is revoked, at once. Returns what ends it. */
  onRevoked(listener: (share: string) => void): () => void
}

export function sharingOn(store: Store): Sharing {
  const listeners = new Set<(share: string) => void>()
  return {
    async create(run, expiresInHours) {
      const token = newToken()
      const expiresAt =
        expiresInHours === undefined ? undefined : new Date(Date.now() + expiresInHours * 3_600_000)
      const share = await store.shares.create({ run, tokenHash: hashOfToken(token), expiresAt })
      return { ...share, path: `/s/${token}` }
    },
    list: (run) => store.shares.list(run),
    async open(token) {
      return looksLikeToken(token) ? store.shares.findByToken(hashOfToken(token)) : undefined
    },
    async revoke(id) {
      const found = await store.shares.remove(id)
      for (const listener of listeners) listener(id)
      if (!found)
        throw new Problem('shares/unknown', { says: 'There is no such link: it was revoked, or it expired.' })
    },
    onRevoked(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** What a viewer is told whose link no longer holds. */
export function linkEnded(): Problem {
  return new Problem('shares/ended', {
    says: 'This link no longer holds.',
    advice: 'Ask whoever sent it for another one.',
  })
}

/** The pictures that a shared run shows. */
export function sharedPictures(run: Run): Set<string> {
  return new Set(run.evaluation?.worst.map(({ hash }) => hash))
}
