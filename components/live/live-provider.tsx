'use client'

import { createContext, type ReactNode, useCallback, useContext, useSyncExternalStore } from 'react'
import type { Contract } from '../../lib/live/contract.ts'
import { type Connection, Live } from './connection.ts'

const Context = createContext<{ contract: Contract; share: string | undefined } | undefined>(undefined)
const connections = new Map<string, Live>()

/** Gives the pages inside their connection. With `share` it opens that one run and nothing else. */
export function LiveProvider({
  contract,
  share,
  children,
}: {
  contract: Contract
  share?: string
  children: ReactNode
}) {
  return <Context value={{ contract, share }}>{children}</Context>
}

/** The server's schemas and constants, as the page was given them. */
export function useContract(): Contract {
  const given = useContext(Context)
  if (!given) throw new Error('There is no LiveProvider around this component.')
  return given.contract
}

/** The page's connection; call it in effects and handlers only, because there is none on the server. */
export function useLive(): () => Live {
  const contract = useContract()
  const share = useContext(Context)?.share
  return useCallback(() => {
    const key = share ?? ''
    const open = connections.get(key) ?? new Live(contract, share)
    connections.set(key, open)
    return open
  }, [contract, share])
}

const CONNECTING: Connection = { status: 'connecting' }

/** Whether the page is up to date. */
export function useConnection(): Connection {
  const live = useLive()
  return useSyncExternalStore(
    useCallback((listener: () => void) => live().subscribe(listener), [live]),
    () => live().connection,
    () => CONNECTING,
  )
}
