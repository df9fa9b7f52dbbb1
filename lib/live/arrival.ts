import { Problem } from '../problem.ts'
import { mismatch } from './check.ts'
import type { Arrivals, Contract } from './contract.ts'

/**
 * What the server sent, checked.
 *
 * @throws Problem `live/not-understood` when it is not what was agreed, as after an update of the server.
 */
export function arrival<Name extends keyof Arrivals>(
  contract: Contract,
  name: Name,
  value: unknown,
): Arrivals[Name] {
  const wrong = mismatch(contract.arrivals[name], value, contract.definitions)
  if (wrong === undefined) return value as Arrivals[Name]
  throw new Problem('live/not-understood', {
    says: 'The server sent something that this page does not understand.',
    advice: 'Reload the page: the server may have been updated.',
    cause: `${name}: ${wrong}`,
  })
}
